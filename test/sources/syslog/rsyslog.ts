import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';

const run = promisify(execFile);

/** A relay as an operator sets it up: rsyslog, which keeps on disk what it cannot send. It hears the socket of a folder. */
export class Rsyslog {
  readonly folder = mkdtempSync(join(tmpdir(), 'pam-gateway-rsyslog-'));
  readonly #socket = join(this.folder, 'log');
  #logged = 0;
  #process!: ChildProcess;

  /** Forwards to a TCP port of the loopback, octets counted or not. */
  static async start(port: number, framing: 'traditional' | 'octet-counted'): Promise<Rsyslog> {
    const relay = new Rsyslog();
    const file = join(relay.folder, 'rsyslog.conf');
    writeFileSync(
      file,
      `global(workDirectory="${relay.folder}")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="${relay.#socket}" CreatePath="off" RateLimit.Interval="0")
action(type="omfwd" target="127.0.0.1" port="${port}" protocol="tcp" TCP_Framing="${framing}"
  template="RSYSLOG_SyslogProtocol23Format"
  action.resumeRetryCount="-1" action.resumeInterval="1" action.resumeIntervalMax="1"
  queue.type="LinkedList" queue.size="500" queue.highWatermark="300" queue.lowWatermark="100"
  queue.fileName="forward" queue.maxFileSize="1m" queue.saveOnShutdown="on" queue.timeoutEnqueue="60000")
`,
    );
    relay.#process = spawn('rsyslogd', ['-n', '-f', file, '-i', join(relay.folder, 'pid')], {
      stdio: 'ignore',
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
    });
    await expect.poll(() => existsSync(relay.#socket)).toBe(true);
    return relay;
  }

  /** Hands it lines, as programs of its machine do. */
  async log(lines: readonly string[]): Promise<void> {
    const file = join(this.folder, `lines.${++this.#logged}`);
    writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
    await run('logger', ['-u', this.#socket, '-t', 'PAM360', '-p', 'auth.info', '-f', file]);
  }

  /** Whether it keeps something on disk. */
  get isKeeping(): boolean {
    return readdirSync(this.folder).some((name) => /^forward\.\d+$/.test(name));
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill('SIGTERM');
      await once(this.#process, 'exit');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
