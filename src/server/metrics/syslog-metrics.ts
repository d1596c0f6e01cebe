import { Counter, Gauge, type Registry } from 'prom-client';
import type { Counts } from '../../sources/syslog/counts.js';
import type { SyslogListener } from '../../sources/syslog/listener.js';
import { REASONS } from '../../sources/syslog/refusals.js';

/** What becomes of a line. */
const outcomes = ['stored', 'unchanged', 'refused', 'conflict', 'dropped'] as const satisfies (keyof Counts)[];

/** What listeners have counted, by their addresses. */
export function measureSyslog(listeners: readonly SyslogListener[], registers: Registry[]): void {
  const labelNames = ['listener'];
  new Counter({
    name: 'pam_gateway_syslog_lines_total',
    help: 'Syslog lines by what became of them: stored, unchanged (known already), refused, conflict (another audit is stored under its id), or dropped (a datagram that came while too much waited)',
    labelNames: ['listener', 'outcome'],
    registers,
    collect() {
      this.reset();
      for (const { name, counts } of listeners) {
        for (const outcome of outcomes) this.inc({ listener: name, outcome }, counts[outcome]);
      }
    },
  });
  const counter = (name: string, help: string, count: (listener: SyslogListener) => number) =>
    new Counter({
      name: `pam_gateway_syslog_${name}_total`,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        for (const listener of listeners) this.inc({ listener: listener.name }, count(listener));
      },
    });
  const gauge = (name: string, help: string, count: (listener: SyslogListener) => number) =>
    new Gauge({
      name: `pam_gateway_syslog_${name}`,
      help,
      labelNames,
      registers,
      collect() {
        for (const listener of listeners) this.set({ listener: listener.name }, count(listener));
      },
    });
  counter('received', 'Syslog lines that came', ({ counts }) => counts.received);
  counter('cut', 'Syslog lines of which a part is missing', ({ counts }) => counts.cut);
  counter(
    'refused_connections',
    'Connections that were closed since the sender is not allowed or sends something else than syslog',
    ({ counts }) => counts.refusedConnections,
  );
  countRefusals(listeners, registers);
  countKernelDrops(
    listeners.filter(({ address }) => address.transport === 'udp'),
    registers,
  );
  gauge('waiting', 'Syslog lines that wait to be stored', ({ counts }) => counts.waiting);
  gauge('connections', 'Open connections of syslog senders', ({ counts }) => counts.connections);
}

function countRefusals(listeners: readonly SyslogListener[], registers: Registry[]): void {
  new Counter({
    name: 'pam_gateway_syslog_refusals_total',
    help: 'Datagrams and connections that were refused or closed, by reason; the log names the senders',
    labelNames: ['listener', 'reason'],
    registers,
    collect() {
      this.reset();
      for (const { name, counts } of listeners) {
        for (const reason of REASONS) this.inc({ listener: name, reason }, counts.refusals[reason]);
      }
    },
  });
}

function countKernelDrops(listeners: readonly SyslogListener[], registers: Registry[]): void {
  new Counter({
    name: 'pam_gateway_syslog_kernel_drops_total',
    help: 'Datagrams that the system dropped before they could be read',
    labelNames: ['listener'],
    registers,
    // All workers read one socket, and the system counts for it.
    aggregator: 'max',
    collect() {
      this.reset();
      for (const listener of listeners) this.inc({ listener: listener.name }, listener.droppedByKernel());
    },
  });
}
