import { createServer as createTcpServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Database } from '../../database/db.js';
import type { ListenAddress } from '../../lib/listen-address.js';
import type { TimeZone } from '../../lib/time-zone.js';
import { TLS_OPTIONS } from '../../lib/tls-options.js';
import { noCounts } from './counts.js';
import { Intake } from './intake.js';
import { droppedByKernel } from './kernel-drops.js';
import type { Log } from './log.js';
import { Refusals } from './refusals.js';
import { allowedSenders } from './senders.js';
import { receiveTcp } from './tcp-receiver.js';
import { receiveUdp } from './udp-receiver.js';
import { WriteQueue } from './write-queue.js';

/** Milliseconds that a stop waits for a database that takes nothing. */
const MAX_STOP = 30_000;

const HANDSHAKE_TIMEOUT = 10_000;

export interface SyslogOptions {
  /** What the audits are stored as: the source whose resources they are about. */
  readonly source: string;
  /** Of times without an offset. */
  readonly zone: TimeZone;
  /** Addresses and networks that may send; all where it is empty. */
  readonly allow: readonly string[];
  /** In PEM. With authorities, senders must show a certificate of theirs. */
  readonly tls: { readonly cert: Buffer; readonly key: Buffer; readonly authorities: Buffer | undefined } | undefined;
}

/** Listens at one address for the lines of syslog senders, and stores each as an audit. */
export class SyslogListener {
  readonly counts = noCounts();
  #bound: string | undefined;

  constructor(
    readonly db: Database,
    readonly address: ListenAddress,
    readonly options: SyslogOptions,
  ) {}

  /** As in tcp://127.0.0.1:5514 */
  get name(): string {
    return this.address.text;
  }

  /** Whether what is sent now is heard. */
  get isListening(): boolean {
    return this.#bound !== undefined;
  }

  /** Datagrams that the system has dropped since the socket was opened. */
  droppedByKernel(): number {
    const isUdp = this.address.transport === 'udp';
    return isUdp && this.#bound !== undefined ? droppedByKernel(this.#bound, this.address.port) : 0;
  }

  /**
   * Runs until `stop` is aborted, and until all that was read by then is stored.
   * @throws Error where it cannot listen
   */
  async run(stop: AbortSignal, log: Log): Promise<void> {
    const { source, zone, allow } = this.options;
    const queue = new WriteQueue(this.db.forConnectors, source, this.name, this.counts, log);
    const intake = new Intake(
      queue,
      this.counts,
      zone,
      allowedSenders(allow),
      new Refusals(this.name, this.counts.refusals, log),
    );
    const givingUp = new AbortController();
    const failed = new AbortController();
    const storing = queue.store(givingUp.signal).catch((error) => {
      failed.abort();
      throw error;
    });
    // It is awaited below; until then nobody else may take it for unheard.
    storing.catch(() => {});
    let limit: NodeJS.Timeout | undefined;
    try {
      await this.#receive(intake, AbortSignal.any([stop, failed.signal]), log);
    } catch (error) {
      if (!stop.aborted) throw error;
    } finally {
      queue.close();
      limit = setTimeout(() => givingUp.abort(), MAX_STOP);
      await storing.finally(() => clearTimeout(limit));
      const { waiting } = this.counts;
      if (waiting > 0)
        log.error({ lines: waiting }, `lines from ${this.name} were lost: the database took none of them`);
    }
  }

  #receive(intake: Intake, stop: AbortSignal, log: Log): Promise<void> {
    const { address } = this;
    const bound = (at: string | undefined): void => {
      this.#bound = at;
    };
    switch (address.transport) {
      case 'udp':
        return receiveUdp(address, intake, bound, stop, log);
      case 'tcp':
        return receiveTcp(createTcpServer(), address, intake, bound, stop, log);
      case 'tls':
        return receiveTcp(this.#tlsServer(), address, intake, bound, stop, log);
    }
  }

  #tlsServer() {
    const { cert, key, authorities } = this.options.tls!;
    const clients = authorities && { ca: authorities, requestCert: true, rejectUnauthorized: true };
    return createTlsServer({ ...TLS_OPTIONS, cert, key, handshakeTimeout: HANDSHAKE_TIMEOUT, ...clients });
  }
}
