import { isIP } from 'node:net';
import type { TimeZone } from '../../lib/time-zone.js';
import type { Envelope } from './envelope.js';
import { lineTime } from './line-time.js';
import { nearestYear } from './nearest-year.js';

/** 'Sep 23 11:39:00', with a fraction or a year where a sender writes one: before the time of day or behind it. */
const OLD_TIME =
  /^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec) {1,2}(\d{1,2}) (?:(\d{4}) )?(\d\d:\d\d:\d\d(?:[.,]\d{1,9})?)(?: (\d{4}))?(?::? +|$)/i;
const NEW_TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:[.,]\d{1,9})?)(Z|[+-]\d\d(?::?\d\d)?| UTC| GMT)?(?::? +|$)/i;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** A host, where something follows it. A tag has a colon or a bracket; so has an IPv6 address. */
const HOST = /^(\S{1,255}) +(?=\S)/;
const TAG = /^([^\s:[\]]{1,255})(?:\[[^\s\]]*\])?:(?: |$)/;

/**
 * Reads what follows the priority by RFC 3164 as real senders write it: the time with a year or without, or as RFC 3339
 * has it; the host, the tag, or all of them missing. Without a time there is no host either. A time without a zone is in
 * `zone`, one without a year in that which brings it nearest to `receivedAt`, in milliseconds since 1970.
 */
export function readRfc3164(text: string, facility: number | null, zone: TimeZone, receivedAt: number): Envelope {
  const stamp = readOldTime(text, zone, receivedAt) ?? readNewTime(text, zone, receivedAt);
  let content = text.slice(stamp?.length ?? 0);
  const host = stamp ? readHost(content) : undefined;
  if (host) content = content.slice(host.length);
  return {
    facility,
    time: stamp?.time ?? null,
    host: host?.name ?? null,
    app: TAG.exec(content)?.[1] ?? null,
    sequenceId: null,
    content,
  };
}

interface Stamp {
  readonly time: string | null;
  readonly length: number;
}

function readOldTime(text: string, zone: TimeZone, receivedAt: number): Stamp | undefined {
  const found = OLD_TIME.exec(text);
  if (!found) return undefined;
  const [all, month, day, before, clock, after] = found;
  const date = `${twoDigits(MONTHS.indexOf(month!.toLowerCase()) + 1)}-${day!.padStart(2, '0')}`;
  const year = before ?? after;
  const time = year
    ? lineTime(`${year}-${date} ${clock}`, zone, receivedAt)
    : nearestYear(receivedAt, (candidate) => lineTime(`${candidate}-${date} ${clock}`, zone, receivedAt));
  return { time, length: all.length };
}

function readNewTime(text: string, zone: TimeZone, receivedAt: number): Stamp | undefined {
  const found = NEW_TIME.exec(text);
  if (!found) return undefined;
  const [all, date, clock, offset = ''] = found;
  return { time: lineTime(`${date}T${clock}${offset}`, zone, receivedAt), length: all.length };
}

function readHost(text: string): { name: string; length: number } | undefined {
  const [all, name] = HOST.exec(text) ?? [];
  if (!all || !name || (/[:[\]]/.test(name) && isIP(name) === 0)) return undefined;
  return { name, length: all.length };
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
