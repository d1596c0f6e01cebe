import type { Config } from '../config.js';
import type { Database } from '../database/db.js';
import type { Privilege } from './access.js';

/** Who asks: a connector with its auth token, a person in a session, or what pushes records with an ingest token. */
export interface Actor {
  readonly kind: 'CONNECTOR' | 'SESSION' | 'INGEST';
  readonly userId: number;
  readonly userName: string;
  readonly fullName: string;
  /** The roles given here. */
  readonly roles: readonly string[];
  readonly privileges: ReadonlySet<Privilege>;
  readonly scope: 'ALL' | 'OWNED_AND_SHARED';
  /** Counts up whenever a user of scope OWNED_AND_SHARED comes to see records that it did not see before. */
  readonly scopeVersion: number;
  /** Of a connector, its token. */
  readonly tokenId?: number;
  /** Of a connector, what Analytics Plus chose when it connected; left out where nothing was. */
  readonly bounds?: ImportBounds;
  /** Of an ingest token, which one it is. */
  readonly ingest?: IngestBounds;
}

/** An ingest token, and the source that it pushes for; null where it may push for any. */
export interface IngestBounds {
  readonly tokenId: number;
  readonly source: string | null;
}

/** What a token is narrowed to. */
export interface ImportBounds {
  /** The privileges that read the modules which were not chosen. */
  readonly withheld: ReadonlySet<Privilege>;
  /** Audits that occurred before it are not served, RFC 3339 in UTC; null where all are. */
  readonly since: string | null;
}

/** What a request has. What else lives for its time hangs on it by a WeakMap. */
export interface Context {
  readonly db: Database;
  /** Null where nobody is signed in. */
  readonly actor: Actor | null;
  readonly settings: Config;
  readonly requestId: string;
  /** When the request came in, RFC 3339 in UTC. */
  readonly now: string;
}

/** The actor of a guarded field: the guard has seen to it that there is one. */
export function actorOf({ actor }: Context): Actor {
  if (!actor) throw new Error('a guarded field ran without an actor');
  return actor;
}
