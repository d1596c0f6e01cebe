import { expect } from 'vitest';
import type { Actor } from '../../../src/graphql/context.js';
import { connectorFor, type Gateway } from '../../helpers/gateway.js';
import { resourceFields, type SeenResource, type User, type World } from './world.js';

interface Change {
  readonly kind: 'UPSERT' | 'DELETE';
  readonly id: string;
  readonly node: SeenResource | null;
}

interface Feeds {
  readonly resourceFeed: { changes: Change[]; nextCursor: string; caughtUp: boolean };
  readonly auditFeed: { nodes: { id: string }[]; nextCursor: string; caughtUp: boolean };
}

/** A connector of one user, which holds what the feeds told it. */
export class FeedReader {
  readonly #gateway: Gateway;
  readonly #number: number;
  #cursors: { resources: string | null; audits: string | null } = { resources: null, audits: null };
  #resources = new Map<string, SeenResource>();
  #audits = new Set<string>();
  /** The audits that it was told of since it last looked. */
  #told: string[] = [];
  /** Every resource that it held at some time. */
  readonly #held = new Set<string>();

  constructor(gateway: Gateway, { number }: User) {
    this.#gateway = gateway;
    this.#number = number;
  }

  /** Follows to the end and looks whether it holds what the user may see. */
  async follow(world: World): Promise<void> {
    const user = world.users[this.#number]!;
    const actor = await connectorFor(this.#gateway.db, user.userName);
    while (!(await this.#readPage(actor)));
    const held = [...this.#resources.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(held).toEqual(world.visibleTo(user));
    const seen = (await world.audits(this.#gateway)).filter((audit) => world.seesAudit(user, audit));
    const ids = seen.map(({ id }) => id);
    for (const id of ids) expect(this.#audits).toContain(id);
    for (const id of this.#told.splice(0)) expect(ids, 'an audit that it may not see').toContain(id);
  }

  /** Whether it has caught up. */
  async #readPage(actor: Actor): Promise<boolean> {
    const query = `query ($resources: String, $audits: String) {
      resourceFeed(first: 2, after: $resources) { changes { kind id node { ${resourceFields} } } nextCursor caughtUp }
      auditFeed(first: 2, after: $audits) { nodes { id } nextCursor caughtUp } }`;
    const { data, errors } = await this.#gateway.ask<Feeds>(actor, query, this.#cursors);
    if (errors.length > 0) {
      expect(errors.map(({ extensions }) => extensions?.code)).toContain('RESYNC_REQUIRED');
      this.#cursors = { resources: null, audits: null };
      this.#resources = new Map();
      this.#audits = new Set();
      return false;
    }
    const { resourceFeed, auditFeed } = data!;
    for (const change of resourceFeed.changes) this.#apply(change);
    for (const { id } of auditFeed.nodes) {
      this.#audits.add(id);
      this.#told.push(id);
    }
    this.#cursors = { resources: resourceFeed.nextCursor, audits: auditFeed.nextCursor };
    return resourceFeed.caughtUp && auditFeed.caughtUp;
  }

  #apply({ kind, id, node }: Change): void {
    if (kind === 'UPSERT') {
      this.#resources.set(id, node!);
      this.#held.add(id);
      return;
    }
    expect(node).toBeNull();
    expect(this.#held, 'a tombstone of what it never saw').toContain(id);
    this.#resources.delete(id);
  }
}
