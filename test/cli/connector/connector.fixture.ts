import { mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { type ConnectorOptions, runConnector } from '../../../src/cli/connector/import.js';
import { StandInGateway, TOKEN } from './stand-in-gateway.js';

/** A gateway and an empty directory for each test of a file, and a run between them. */
export class ConnectorFixture {
  gateway!: StandInGateway;
  out!: string;
  /** Holds `out` and whatever else a test writes. */
  folder!: string;

  constructor() {
    beforeEach(async () => {
      this.gateway = await new StandInGateway().start();
      this.folder = mkdtempSync(join(tmpdir(), 'connector-'));
      this.out = join(this.folder, 'out');
      mkdirSync(this.out);
    });
    afterEach(async () => {
      await this.gateway.stop();
      await rm(this.folder, { recursive: true });
    });
  }

  run(options: Partial<ConnectorOptions> = {}) {
    const { out, gateway } = this;
    return runConnector({
      url: gateway.url,
      token: TOKEN,
      out,
      format: 'ndjson',
      pageSize: 5,
      retryBaseMs: 1,
      ...options,
    });
  }
}
