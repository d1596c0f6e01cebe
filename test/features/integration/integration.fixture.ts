import sql, { raw } from 'sql-template-tag';
import { commandLine } from '../../../src/features/audits/activity-log.js';
import { connectorOf, forgetConnectors, hashOfToken } from '../../../src/features/integration/connector.js';
import { generateConnectorToken } from '../../../src/features/integration/connector-token.service.js';
import { storeUserAccounts } from '../../../src/features/resources/access-grant.service.js';
import { assignRoles } from '../../../src/features/roles/role.service.js';
import type { UserAccountRecord } from '../../../src/features/users/user-account.record.js';
import { Privilege } from '../../../src/graphql/access.js';
import type { Actor } from '../../../src/graphql/context.js';
import type { UserError } from '../../../src/graphql/user-errors.js';
import { type EngineName, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anActor, Gateway } from '../../helpers/gateway.js';

export interface IntegrationAnswer {
  readonly status: string;
  readonly hostName: string | null;
  readonly portNumber: number | null;
  readonly launchUrl: string | null;
  readonly authToken: {
    readonly state: string;
    readonly userName: string | null;
    readonly hint: string | null;
    readonly generatedAt: string | null;
    readonly savedAt: string | null;
    readonly lastUsedAt: string | null;
    readonly problem: string | null;
  };
  readonly analyticsPlus: Record<string, unknown> | null;
  readonly imports: readonly {
    readonly module: string;
    readonly rowCount: number;
    readonly lastRequestAt: string;
    readonly caughtUp: boolean;
    readonly overdue: boolean;
  }[];
}

export interface Payload {
  readonly token?: string | null;
  readonly integration: IntegrationAnswer | null;
  readonly userErrors: readonly UserError[];
}

const integration = `status hostName portNumber launchUrl
  authToken { state userName hint generatedAt savedAt lastUsedAt problem }
  analyticsPlus { build reportedHostName reportedPortNumber timeZone modules importPeriod importEveryMinutes connectedAt }
  imports { module rowCount lastRequestAt caughtUp overdue }`;
const answer = `integration { ${integration} } userErrors { field code message }`;

const documents = {
  generateAuthToken: `mutation ($userName: String) { payload: generateAuthToken(userName: $userName) { token ${answer} } }`,
  saveIntegration: `mutation ($input: SaveIntegrationInput!) { payload: saveIntegration(input: $input) { ${answer} } }`,
  enableIntegration: `mutation { payload: enableIntegration { ${answer} } }`,
  disableIntegration: `mutation { payload: disableIntegration { ${answer} } }`,
  removeIntegration: `mutation { payload: removeIntegration { ${answer} } }`,
};

export type Mutation = keyof typeof documents;

export const mutationNames = Object.keys(documents) as Mutation[];

export const HOST = { hostName: 'analytics.example.com', portNumber: 8443 };

/** Who holds the ManageEngine Integration role, and may read all three modules. */
export function anAdministrator(but: Partial<Actor> = {}): Actor {
  const privileges = new Set([
    Privilege.MANAGEENGINE_INTEGRATION,
    Privilege.READ_RESOURCES,
    Privilege.READ_USER_ACCOUNTS,
    Privilege.READ_AUDITS,
  ]);
  return anActor({ kind: 'SESSION', userName: 'ann', fullName: 'Ann', privileges, ...but });
}

/** A gateway with the user ann, who may read all three modules, and what an administrator does to its integration. */
export class IntegrationFixture {
  readonly gateway: Gateway;

  private constructor(readonly database: TestDatabase) {
    this.gateway = new Gateway(database.db);
  }

  static async open(engine: EngineName): Promise<IntegrationFixture> {
    const fixture = new IntegrationFixture(await testDatabase(engine));
    await fixture.user('ann', ['Password Auditor']);
    return fixture;
  }

  get db() {
    return this.database.db;
  }

  /** Makes, or changes, a user account that has these roles here. */
  async user(userName: string, roles: string[], but: Partial<UserAccountRecord> = {}): Promise<void> {
    await storeUserAccounts(this.db, 'test', [{ sourceId: userName, userName, accessScope: 'ALL', ...but }]);
    await assignRoles(this.db, commandLine, userName, roles);
  }

  async userId(userName: string): Promise<number | undefined> {
    const [user] = await this.db.query<{ id: number }>(sql`SELECT id FROM user_accounts WHERE user_name = ${userName}`);
    return user?.id;
  }

  async run(mutation: Mutation, variables: Record<string, unknown> = {}, actor = anAdministrator()): Promise<Payload> {
    const given = mutation === 'saveIntegration' ? { input: HOST, ...variables } : variables;
    const signedIn = { ...actor, userId: (await this.userId(actor.userName)) ?? actor.userId };
    return (await this.gateway.read<{ payload: Payload }>(signedIn, documents[mutation], given)).payload;
  }

  /** The code of the one fault that a mutation is refused with. */
  async error(mutation: Mutation, variables: Record<string, unknown> = {}): Promise<UserError> {
    const { userErrors, token, integration } = await this.run(mutation, variables);
    if (userErrors.length !== 1 || token || integration) throw new Error(`one fault was expected of ${mutation}`);
    return userErrors[0]!;
  }

  async generate(variables: Record<string, unknown> = {}, actor = anAdministrator()): Promise<string> {
    return (await this.run('generateAuthToken', variables, actor)).token!;
  }

  async read(): Promise<IntegrationAnswer> {
    const { integration: read } = await this.gateway.read<{ integration: IntegrationAnswer }>(
      anAdministrator(),
      `{ integration { ${integration} } }`,
    );
    return read;
  }

  /** A token from the shell, in effect at once. */
  tokenFromShell(userName = 'ann'): Promise<string> {
    return generateConnectorToken(this.db, userName);
  }

  /** Why a token is refused at the door now; undefined where it is let in. */
  async refusal(token: string): Promise<string | undefined> {
    forgetConnectors(this.db);
    try {
      await connectorOf(this.db, hashOfToken(token), '198.51.100.7');
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  connector(token: string): Promise<Actor> {
    forgetConnectors(this.db);
    return connectorOf(this.db, hashOfToken(token), '198.51.100.7');
  }

  /** Moves the moment at which all tokens were generated into the past. */
  async age(milliseconds: number): Promise<void> {
    const then = this.db.dialect.timeValue(new Date(Date.now() - milliseconds).toISOString());
    await this.db.execute(sql`UPDATE connector_tokens SET generated_at = ${then}`);
  }

  /** What was recorded of what was done here, in its order, as 'operation: reason' without what is random. */
  async audits(): Promise<OwnAudit[]> {
    const rows = await this.db.query<OwnAudit>(
      sql`SELECT operation, outcome, operated_by AS operatedBy, ip_address AS ipAddress, client_type AS clientType,
            user_name AS userName, reason
          FROM audits WHERE source = 'gateway' AND operation NOT LIKE 'Role%' ORDER BY id`,
    );
    return rows;
  }

  async operations(): Promise<string[]> {
    return (await this.audits()).map(({ operation }) => operation);
  }

  /** What is recorded while `work` runs. */
  async recordedBy(work: () => Promise<unknown>): Promise<OwnAudit[]> {
    const before = (await this.audits()).length;
    await work();
    return (await this.audits()).slice(before);
  }

  async count(table: string, where = '1 = 1'): Promise<number> {
    const [row] = await this.db.query<{ n: number }>(sql`SELECT COUNT(*) AS n FROM ${raw(table)} WHERE ${raw(where)}`);
    return row!.n;
  }

  drop(): Promise<void> {
    return this.database.drop();
  }
}

export interface OwnAudit {
  readonly operation: string;
  readonly outcome: string;
  readonly operatedBy: string;
  readonly ipAddress: string | null;
  readonly clientType: string;
  readonly userName: string | null;
  readonly reason: string | null;
}
