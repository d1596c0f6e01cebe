import { expect } from 'vitest';
import type { Database } from '../../src/database/db.js';
import type { Actor } from '../../src/graphql/context.js';
import { Gateway } from '../helpers/gateway.js';
import { CursorOf } from './arguments.js';
import type { Operation } from './operation.js';

/** What an operation answered, as text. */
export interface Told {
  readonly data: string | null | undefined;
  readonly errors: readonly string[];
  /** Where the database wrote the JSON of rows: the table of each list, or its feed. */
  readonly written: readonly string[];
}

/** Nobody has to wait: who did would depend on the clock. */
const unhurried = { CONNECTOR_COST_PER_SECOND: '1000000000', SESSION_COST_PER_SECOND: '1000000000' };

/** A gateway, and the same one where every row is read column by column and resolved by graphql-js. */
export class BothWays {
  readonly #fast: Gateway;
  readonly #resolved: Gateway;

  constructor(db: Database) {
    this.#fast = new Gateway(db, unhurried);
    this.#resolved = new Gateway(db, unhurried, false);
  }

  /** Asks both. The answers are the same, or this throws. */
  async ask(actor: Actor | null, operation: Operation): Promise<Told> {
    const ways = [this.#fast, this.#resolved].map((gateway) => told(gateway, actor, operation));
    const [fast, resolved] = (await Promise.all(ways)) as [Told, Told];
    const asked = JSON.stringify({ actor, ...operation }, (_, value) => (value instanceof Set ? [...value] : value));
    expect(resolved.written, asked).toEqual([]);
    expect(fast.errors, asked).toEqual(resolved.errors);
    expect(fast.data, asked).toBe(resolved.data);
    return fast;
  }

  /** Reads the cursors that an operation goes on from; where there is none it begins anew. */
  async withCursors(actor: Actor | null, { query, variables }: Operation): Promise<Operation> {
    const read = Object.entries(variables).map(async ([name, value]) => {
      return [name, value instanceof CursorOf ? await this.#cursor(actor, value) : value] as const;
    });
    return { query, variables: Object.fromEntries(await Promise.all(read)) };
  }

  async #cursor(actor: Actor | null, { root, list, row }: CursorOf): Promise<string | null> {
    type Page = { edges?: { cursor: string }[]; nextCursor?: string };
    const names = Object.keys(list).filter((name) => list[name] !== undefined);
    const type = `${root[0]!.toUpperCase()}${root.slice(1).replace(/s$|Feed$/, '')}`;
    const types: Record<string, string> = {
      filter: `${type}Filter`,
      dateRange: 'DateRange',
      dateField: `${type}DateField!`,
      orderBy: `${type}Order`,
      since: 'DateTime',
    };
    const declared = ['$first: Int!', ...names.map((name) => `$${name}: ${types[name]}`)];
    const passed = ['first: $first', ...names.map((name) => `${name}: $${name}`)];
    const query = `query (${declared}) { page: ${root}(${passed}) { ${root.endsWith('Feed') ? 'nextCursor' : 'edges { cursor }'} } }`;
    const { data } = await this.#resolved.ask<{ page: Page }>(actor, query, { ...list, first: row });
    return data?.page.nextCursor ?? data?.page.edges?.at(-1)?.cursor ?? null;
  }
}

async function told(gateway: Gateway, actor: Actor | null, { query, variables }: Operation): Promise<Told> {
  const { data, errors, written } = await gateway.askText(actor, query, variables);
  return {
    data,
    // Fields that fail beside each other do so in any order.
    errors: errors.map((error) => JSON.stringify(error)).sort(),
    written: written.map(({ sql }) => {
      // A feed of audits is read in the order of their ids.
      const isFeed = /\bf\.position\b|FROM audits t\b[\s\S]*ORDER BY t\.id\b/.test(sql);
      return `${/(?:FROM|JOIN) (\w+) t\b/.exec(sql)![1]}${isFeed ? ' feed' : ''}`;
    }),
  };
}
