import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../helpers/free-port.js';
import { Child } from '../child.js';
import { send } from '../http.js';
import { median, short, thousands } from '../numbers.js';
import { program } from '../peers.js';
import { processorSeconds } from '../proc.js';
import type { Running } from '../running.js';

/** Lines of each round. */
const LINES = 60_000;

type Framing = 'line feeds' | 'octets counted';

interface Sample {
  readonly linesPerSecond: number;
  readonly linesPerProcessorSecond: number;
  readonly mebibytes: number;
}

/** Audits of PAM360 that come in over TCP, until each of them is stored. */
export async function syslog({ world, report, rounds }: Running): Promise<void> {
  await world.query('CREATE DATABASE bench_syslog');
  const port = await freePort();
  const environment = {
    DATABASE_URL: world.server.url('bench_syslog'),
    SYSLOG_LISTEN: `tcp://127.0.0.1:${port}`,
    LOG_LEVEL: 'warn',
  };
  const child = await Child.start([program, 'serve'], environment);
  try {
    await child.answers({ path: '/health/ready' });
    const rows: string[][] = [];
    for (const framing of ['line feeds', 'octets counted'] as const) {
      for (const connections of [1, 16]) {
        const samples: Sample[] = [];
        for (let round = 0; round <= rounds; round++) samples.push(await oneRound(child, port, framing, connections));
        // The first is to warm up.
        const of = (figure: keyof Sample) => median(samples.slice(1).map((sample) => sample[figure]));
        const [perSecond, perProcessorSecond, mebibytes] = [
          of('linesPerSecond'),
          of('linesPerProcessorSecond'),
          of('mebibytes'),
        ];
        rows.push([
          `${framing}, ${connections}`,
          thousands(perSecond),
          thousands(perProcessorSecond),
          mebibytes.toFixed(0),
        ]);
        const work = `syslog over TCP, ${framing}, ${connections} connections: thousands of lines stored a second`;
        report.claim({ work, atLeast: 10, measured: Number(short(perSecond / 1_000)) });
      }
    }
    const note = `${LINES.toLocaleString('en')} new audits of PAM360 a round, from the first byte sent to the last line stored.`;
    const header = ['framing, connections', 'lines/s', "lines per second of the gateway's processor", 'MiB'];
    report.table('Lines of syslog', note, header, rows);
  } finally {
    await child.stop();
  }
}

let sent = 0;

async function oneRound(child: Child, port: number, framing: Framing, connections: number): Promise<Sample> {
  const streams = Array.from({ length: connections }, () => streamOf(LINES / connections, framing));
  const before = processorSeconds(child.pids);
  const wanted = (await storedLines(child)) + LINES;
  const began = performance.now();
  await Promise.all(streams.map((stream) => write(port, stream)));
  while ((await storedLines(child)) < wanted) await sleep(20);
  const seconds = (performance.now() - began) / 1_000;
  return {
    linesPerSecond: LINES / seconds,
    linesPerProcessorSecond: LINES / (processorSeconds(child.pids) - before),
    mebibytes: child.mebibytes,
  };
}

/** Lines that nobody has sent before, a few thousand a second by their own times. */
function streamOf(count: number, framing: Framing): Buffer {
  const lines = Array.from({ length: count }, () => {
    const n = sent++;
    const time = new Date(Date.UTC(2026, 0, 1) + n / 5).toISOString();
    const at = `${time.slice(0, 10).replaceAll('-', '/')} ${time.slice(11, 19)}`;
    const line = `<38>Jan  1 00:00:00 pam PAM360: ResourceAudit:user${n % 500}:10.1.${n % 250}.7 Password_Retrieved ${at} Success pam server-${n % 2_000}:root:Ticket ${n}`;
    return framing === 'line feeds' ? `${line}\n` : `${line.length} ${line}`;
  });
  return Buffer.from(lines.join(''));
}

async function write(port: number, stream: Buffer): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.resume().end(stream);
  await once(socket, 'close');
}

async function storedLines(child: Child): Promise<number> {
  const { text } = await send(child.port, { path: '/metrics' });
  const [, stored] = /^pam_gateway_syslog_lines_total{.*outcome="stored"} (\d+)$/m.exec(text) ?? [];
  return Number(stored);
}
