import { afterAll, beforeAll, beforeEach } from 'vitest';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import { recordResources } from '../../../src/features/resources/resource.service.js';
import type { EngineName } from '../../helpers/databases.js';
import { TestServer } from '../../server/test-server.js';
import { anAudit, aResource, SOURCE } from '../writing/records.js';
import { IntegrationFixture } from './integration.fixture.js';

export const DAY = 86_400_000;

export const CONNECT = `mutation ($input: ConnectAnalyticsPlusInput!) {
  connectAnalyticsPlus(input: $input) { modules warnings userErrors { field code message } } }`;

export const INPUT = {
  build: 4301,
  hostName: 'reports.example.com',
  portNumber: 8443,
  timeZone: 'UTC',
  modules: ['RESOURCES', 'USER_ACCOUNTS', 'AUDITS'],
};

export interface Connected {
  readonly modules: string[];
  readonly warnings: string[];
  readonly userErrors: { field: string[] | null; code: string; message: string }[];
}

/** An integration, saved anew for each test of a block, and Analytics Plus with its token; there are audits of four ages. */
export class AnalyticsPlusFixture {
  fixture!: IntegrationFixture;
  token!: string;
  #door!: TestServer;

  constructor(engine: EngineName) {
    beforeAll(() => this.#open(engine));
    afterAll(async () => {
      await this.#door.close();
      await this.fixture.drop();
    });
    beforeEach(async () => {
      await this.fixture.run('removeIntegration');
      this.token = await this.fixture.generate();
      await this.fixture.run('saveIntegration');
    });
  }

  post(query: string, variables: object = {}, by = this.token) {
    return this.#door.post({ query, variables }, { authtoken: by });
  }

  async ask<Data>(query: string, variables: object = {}, by = this.token): Promise<Data> {
    const { body } = await this.post(query, variables, by);
    if (body.errors) throw new Error(JSON.stringify(body.errors));
    return body.data as Data;
  }

  async connect(but: object = {}, by = this.token): Promise<Connected> {
    const input = { ...INPUT, ...but };
    return (await this.ask<{ connectAnalyticsPlus: Connected }>(CONNECT, { input }, by)).connectAnalyticsPlus;
  }

  async #open(engine: EngineName): Promise<void> {
    this.fixture = await IntegrationFixture.open(engine);
    await this.fixture.user('bob', ['Password Auditor']);
    this.#door = await TestServer.open(this.fixture.db);
    await recordResources(this.fixture.db, SOURCE, [aResource('r')]);
    const daysAgo = [400, 100, 40, 1];
    const audits = daysAgo.map((days) =>
      anAudit(`${days} days`, {
        occurredAt: new Date(Date.now() - days * DAY).toISOString(),
        operatedBy: `${days} days ago`,
        resourceSourceId: 'r',
      }),
    );
    await recordAudits(this.fixture.db, SOURCE, audits);
  }
}
