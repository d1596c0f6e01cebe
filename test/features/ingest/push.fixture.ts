import { commandLine } from '../../../src/features/audits/activity-log.js';
import { generateIngestToken } from '../../../src/features/ingest/ingest-token.service.js';
import type { HttpAnswer, TestServer } from '../../server/test-server.js';

export interface Pushed {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly deleted: number;
  readonly refused: number;
  readonly conflicts: number;
  readonly results: readonly {
    readonly index: number;
    readonly sourceId: string;
    readonly outcome: string;
    readonly reason: string | null;
  }[];
}

const answer = 'added changed unchanged deleted refused conflicts results { index sourceId outcome reason }';
const writes = (name: string, type: string) =>
  `mutation ($source: String, $records: [${type}!]!) { pushed: ${name}(source: $source, records: $records) { ${answer} } }`;
const deletes = (name: string) =>
  `mutation ($source: String, $records: [ID!]!) { pushed: ${name}(source: $source, sourceIds: $records) { ${answer} } }`;

export const pushes = {
  recordAudits: writes('recordAudits', 'PushedAudit'),
  upsertResources: writes('upsertResources', 'PushedResource'),
  upsertUserAccounts: writes('upsertUserAccounts', 'PushedUserAccount'),
  deleteResources: deletes('deleteResources'),
  deleteUserAccounts: deletes('deleteUserAccounts'),
};

export type Push = keyof typeof pushes;

/** Pushes over HTTP with a token. */
export class Pusher {
  constructor(
    readonly server: TestServer,
    readonly token: string,
  ) {}

  static async open(server: TestServer, name = 'vault-1', source: string | null = null): Promise<Pusher> {
    const { token } = await generateIngestToken(server.db, commandLine, { name, source });
    return new Pusher(server, token);
  }

  send(push: Push, records: readonly unknown[], source: string | null = 'vault'): Promise<HttpAnswer> {
    return this.ask(pushes[push], { source, records });
  }

  ask(query: string, variables: object = {}): Promise<HttpAnswer> {
    return this.server.post({ query, variables }, { authorization: `Bearer ${this.token}` });
  }

  /** What became of records that must be taken. */
  async push(push: Push, records: readonly unknown[], source?: string | null): Promise<Pushed> {
    const { body } = await this.send(push, records, source);
    if (body.errors || !body.data) throw new Error(JSON.stringify(body));
    return body.data.pushed as Pushed;
  }
}

/** The outcomes of a push, in the order of its records. */
export function outcomesOf({ results }: Pushed): string[] {
  return results.map(({ outcome }) => outcome);
}
