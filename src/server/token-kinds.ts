import type { Database } from '../database/db.js';
import { hashOfIngestToken, ingestActorOf } from '../features/ingest/ingest-token.actor.js';
import { connectorOf, hashOfToken } from '../features/integration/connector.js';
import type { Actor } from '../graphql/context.js';

/** How the tokens of a kind are told and looked up. */
interface TokenKind {
  /** @throws AppError UNAUTHENTICATED for what cannot be a token of this kind */
  hashOf(token: string): string;
  /** @throws AppError UNAUTHENTICATED */
  actorOf(db: Database, hash: string, ipAddress: string | null): Promise<Actor>;
}

const auth: TokenKind = { hashOf: hashOfToken, actorOf: connectorOf };
const ingest: TokenKind = { hashOf: hashOfIngestToken, actorOf: ingestActorOf };

/** The kind of a token, by how it begins; what begins like none is taken for an auth token, and refused as one. */
export function kindOf(token: string): TokenKind {
  return token.startsWith('pai_') ? ingest : auth;
}
