import { quote } from './quote.js';

/** What was wrong with a date-time and what to write instead; the message quotes the value. */
export class DateTimeError extends Error {
  override readonly name = 'DateTimeError';
}

const DATE_TIME = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;
const DATE = /^\d{4}-\d\d-\d\d/;
const EARLIEST = '1000-01-01T00:00:00.000Z';
const LATEST = '9999-12-31T23:59:59.999Z';
const MIN_MS = Date.parse(EARLIEST);
const MAX_MS = Date.parse(LATEST);
const MINUTE_MS = 60_000;
const ZERO = '0'.charCodeAt(0);

/**
 * Reads an RFC 3339 date-time that carries Z or an offset. Returns UTC as 'YYYY-MM-DDTHH:mm:ss.SSSZ', from year 1000,
 * where a DATETIME begins, to year 9999: what lies outside becomes the nearest of the two ends. Digits beyond
 * milliseconds are rounded up, so that a half-open bound keeps its meaning on a column of milliseconds.
 * Throws DateTimeError.
 */
export function parseDateTime(text: string): string {
  if (!DATE_TIME.test(text)) throw new DateTimeError(describeShape(text));
  const offset = offsetMs(text);
  if (offset === 0 && text.length <= 24 && text.charCodeAt(0) !== ZERO) {
    checkFields(text);
    return inMilliseconds(text);
  }
  return formatEpoch(wallClockMs(text) - offset);
}

/**
 * The wall-clock time that a text begins with, in milliseconds since 1970 as if it were UTC. The caller has seen that
 * the text begins like 'YYYY-MM-DD HH:mm:ss', whatever the separators are; a fraction may follow and is rounded up to
 * milliseconds. Throws DateTimeError for a date or time that does not exist.
 */
export function wallClockMs(text: string): number {
  checkFields(text);
  // Date.UTC takes years below 100 for those of the 20th century. All before 1000 end up as 1000-01-01 anyway.
  const year = Math.max(number(text, 0, 4), 900);
  const whole = Date.UTC(
    year,
    number(text, 5, 2) - 1,
    number(text, 8, 2),
    number(text, 11, 2),
    number(text, 14, 2),
    number(text, 17, 2),
  );
  return whole + fractionMs(text);
}

/** A time in milliseconds since 1970 as 'YYYY-MM-DDTHH:mm:ss.SSSZ', kept within the years 1000 to 9999. */
export function formatEpoch(epochMs: number): string {
  if (epochMs <= MIN_MS) return EARLIEST;
  if (epochMs >= MAX_MS) return LATEST;
  return new Date(epochMs).toISOString();
}

/** The number that `length` digits at `start` make. */
function number(text: string, start: number, length: number): number {
  let value = 0;
  for (let i = start; i < start + length; i++) value = value * 10 + text.charCodeAt(i) - ZERO;
  return value;
}

/** A UTC time of at most three digits after the second, written in full. */
function inMilliseconds(text: string): string {
  if (text.length === 24 && text[10] === 'T' && text[23] === 'Z') return text;
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, -1).padEnd(3, '0')}Z`;
}

/** The milliseconds that the digits after the second make, from 0 to 1000. */
function fractionMs(text: string): number {
  if (text[19] !== '.') return 0;
  let milliseconds = 0;
  let unit = 100;
  for (let i = 20; i < text.length; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    if (digit < 0 || digit > 9) break;
    if (unit >= 1) milliseconds += digit * unit;
    else if (digit > 0) return milliseconds + 1;
    unit = unit > 1 ? unit / 10 : 0;
  }
  return milliseconds;
}

function offsetMs(text: string): number {
  const last = text.charCodeAt(text.length - 1) | 0x20;
  if (last === 0x7a) return 0;
  const start = text.length - 6;
  const hours = number(text, start + 1, 2);
  const minutes = number(text, start + 4, 2);
  if (hours > 23 || minutes > 59) fail(text, `there is no offset ${text.slice(start)}: they go from -23:59 to +23:59`);
  return (text[start] === '-' ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS;
}

function checkFields(text: string): void {
  checkDate(text);
  const hour = number(text, 11, 2);
  const minute = number(text, 14, 2);
  const second = number(text, 17, 2);
  if (hour > 23) fail(text, `there is no hour ${hour}: hours go from 00 to 23, midnight is 00:00:00 of the next day`);
  if (minute > 59) fail(text, `there is no minute ${minute}: minutes go from 00 to 59`);
  if (second > 59)
    fail(text, `there is no second ${second}: seconds go from 00 to 59, a leap second is written as :59`);
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function checkDate(text: string): void {
  const year = number(text, 0, 4);
  const month = number(text, 5, 2);
  const day = number(text, 8, 2);
  if (month < 1 || month > 12) fail(text, `there is no month ${text.slice(5, 7)}: months go from 01 to 12`);
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = leap ? 29 : MONTH_DAYS[month - 1]!;
  if (day >= 1 && day <= days) return;
  fail(text, `${text.slice(0, 10)} is not a date: ${MONTHS[month - 1]} ${text.slice(0, 4)} has ${days} days`);
}

/** What keeps a text from being a date-time that carries its offset, and the nearest text that is one. */
function describeShape(text: string): string {
  if (!DATE.test(text)) return `${quote(text)} is not a date-time: write it like 2026-11-22T08:30:00Z`;
  checkDate(text);
  const date = text.slice(0, 10);
  const rest = text.slice(10);
  if (rest === '') return `${quote(text)} is a date without a time: write ${date}T00:00:00Z`;
  if (/^[Tt ]\d\d:\d\d:\d\d/.test(rest)) {
    checkFields(text);
    if (/^.{9}(\.\d+)?$/.test(rest)) {
      return `${quote(text)} has no offset: write ${text.slice(0, 29)}Z for UTC, or an offset such as +02:00`;
    }
    const offset = /^.{9}(?:\.\d+)? ?([+-][\d:]{1,8})$/.exec(rest)?.[1];
    if (offset) return `${quote(text)}: ${offset} is not an offset: write it like +02:00, or Z for UTC`;
  }
  const short = /^[Tt ](\d\d:\d\d)([Zz]|[+-]\d\d:\d\d)?$/.exec(rest);
  if (short) {
    const full = `${date}T${short[1]}:00${(short[2] ?? 'Z').toUpperCase()}`;
    checkFields(full);
    return `${quote(text)} has no seconds: write ${full}`;
  }
  return `${quote(text)} is not a date-time: write it like ${date}T08:30:00Z`;
}

function fail(text: string, reason: string): never {
  throw new DateTimeError(`${quote(text)}: ${reason}`);
}
