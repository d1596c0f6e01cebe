import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../src/database/db.js';
import { Module } from '../../src/database/module.js';
import { anActor, Gateway } from '../helpers/gateway.js';

interface Page {
  nodes?: { id: string }[];
  changes?: { kind: 'UPSERT' | 'DELETE'; id: string }[];
  nextCursor: string;
  caughtUp: boolean;
}

const queries = {
  [Module.RESOURCES]:
    'query ($first: Int!, $after: String) { feed: resourceFeed(first: $first, after: $after) { changes { kind id } nextCursor caughtUp } }',
  [Module.USER_ACCOUNTS]:
    'query ($first: Int!, $after: String) { feed: userAccountFeed(first: $first, after: $after) { changes { kind id } nextCursor caughtUp } }',
  [Module.AUDITS]:
    'query ($first: Int!, $after: String) { feed: auditFeed(first: $first, after: $after) { nodes { id } nextCursor caughtUp } }',
};

/** Follows a module's feed in small pages while it is written, as a connector does: what it was told, in its order. */
export class FeedReader {
  readonly upserts: number[] = [];
  /** The records that it has in the end. */
  readonly held = new Set<number>();
  readonly #gateway: Gateway;
  #after: string | null = null;

  constructor(
    db: Database,
    readonly module: Module,
    /** Rows of a page. */
    readonly size = 7,
  ) {
    this.#gateway = new Gateway(db);
  }

  /** Reads on until it is caught up after `isOver` has said so. */
  async follow(isOver: () => boolean): Promise<void> {
    for (;;) {
      const last = isOver();
      while (!(await this.#readPage())) {}
      if (last) return;
      await sleep(1 + Math.random() * 5);
    }
  }

  async #readPage(): Promise<boolean> {
    const { feed } = await this.#gateway.read<{ feed: Page }>(anActor(), queries[this.module], {
      first: this.size,
      after: this.#after,
    });
    for (const { id } of feed.nodes ?? []) this.#upsert(Number(id));
    for (const { kind, id } of feed.changes ?? []) {
      if (kind === 'UPSERT') this.#upsert(Number(id));
      else this.held.delete(Number(id));
    }
    this.#after = feed.nextCursor;
    return feed.caughtUp;
  }

  #upsert(id: number): void {
    this.upserts.push(id);
    this.held.add(id);
  }
}
