import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { pino } from 'pino';
import sql from 'sql-template-tag';
import { expect } from 'vitest';
import type { Database, Db } from '../../../src/database/db.js';
import { parseListenAddress } from '../../../src/lib/listen-address.js';
import { TimeZone } from '../../../src/lib/time-zone.js';
import { SyslogListener, type SyslogOptions } from '../../../src/sources/syslog/listener.js';
import { freePort } from '../../helpers/free-port.js';

export const SOURCE = 'syslog';

const options: SyslogOptions = { source: SOURCE, zone: new TimeZone('UTC'), allow: [], tls: undefined };
const run = promisify(execFile);

/** A listener on a free port of the loopback. */
export class Heard {
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  /** What it has logged. */
  readonly log: { readonly msg: string; readonly sender?: string; readonly reason?: string }[] = [];

  private constructor(readonly listener: SyslogListener) {
    const write = (line: string): void => {
      this.log.push(JSON.parse(line));
    };
    this.#running = listener.run(this.#stop.signal, pino({ level: 'info' }, { write }));
  }

  static async at(transport: 'udp' | 'tcp' | 'tls', db: Database, but: Partial<SyslogOptions> = {}): Promise<Heard> {
    const address = parseListenAddress(`${transport}://127.0.0.1:${await freePort()}`);
    const heard = new Heard(new SyslogListener(db, address, { ...options, ...but }));
    await heard.#listens();
    return heard;
  }

  get port(): number {
    return this.listener.address.port;
  }

  get counts() {
    return this.listener.counts;
  }

  /** Stops as the program does: when all that was read is stored. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** A connection of a sender, which goes on writing where the other side has ended. */
  async connect(): Promise<Socket> {
    const socket = connect({ host: '127.0.0.1', port: this.port, allowHalfOpen: true });
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  }

  /** Sends a stream over a connection of its own, and closes it. */
  async send(stream: string | Buffer): Promise<void> {
    const socket = await this.connect();
    socket.end(stream);
    await once(socket.resume(), 'close');
  }

  /** Has `logger` of util-linux send a message. */
  async logger(...args: string[]): Promise<void> {
    await run('logger', ['-n', '127.0.0.1', '-P', String(this.port), ...args]);
  }

  async #listens(): Promise<void> {
    await expect.poll(() => this.listener.isListening).toBe(true);
  }
}

export interface StoredAudit {
  readonly operation: string;
  readonly operatedBy: string;
  readonly reason: string | null;
  readonly occurredAt: string;
}

/** The audits of the source, in the order in which they were stored. */
export function storedAudits(db: Db, source = SOURCE): Promise<StoredAudit[]> {
  return db.query(
    sql`SELECT operation, operated_by AS operatedBy, reason, occurred_at AS occurredAt FROM audits
        WHERE source = ${source} ORDER BY id`,
  );
}

export async function storedReasons(db: Db): Promise<(string | null)[]> {
  return (await storedAudits(db)).map(({ reason }) => reason);
}

/** An audit as PAM360 sends it, told from others by its reason. */
export function pamLine(reason: string | number, time = '2026/11/26 11:39:00'): string {
  return `<38>Nov 26 11:39:00 pam ResourceAudit:admin:10.1.2.3 Account_Added ${time} Success pam win1:acc:${reason}`;
}
