import { DateTimeError, formatEpoch, parseDateTime, wallClockMs } from './date-time.js';
import { quote } from './quote.js';

/** A clock that shows local times, such as a TimeZone. */
export interface LocalClock {
  /** The instant of a local wall-clock time, both in epoch ms. */
  toEpoch(localMs: number): number;
}

/** Words by which sources say that there is no time, and zero dates without a digit other than 0. */
const NO_TIME =
  /^(?:never(?: .*)?|n\/?a|none|null|\(null\)|nil|nat|nan|unset|undefined|unknown|\\n|not (?:available|applicable|set)|[-–—]*|0(?:\.0+)?|0{8,}|0000[-/].*|0001[-/]01[-/]0[12](?!\d).*)$/i;

/** Midnight of these dates stands for no date: Windows FILETIME, SQL Server twice, OLE and Excel, and Unix. */
const ZERO_DATES = ['1601-01-01', '1753-01-01', '1899-12-30', '1899-12-31', '1900-01-01', '1970-01-01'].map((date) =>
  Date.parse(date),
);
/** How far a zone may move the midnight of a zero date. */
const ZERO_DISTANCE_MS = 14 * 3_600_000;
const LAST_ZERO_MS = Date.parse('1970-01-02');

/** The zero of Go, Java and .NET, 0001-01-01, in milliseconds since 1970. */
const YEAR_ONE_MS = -62_135_596_800_000;

const DATE_TIME =
  /^(\d{4})([-/])(\d\d)\2(\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d+))?(?: ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)(?: (?:UTC|GMT))?)?$/i;
const BARE_DATE = /^\d{4}([-/])\d\d\1\d\d$/;
const COMPACT = /^(\d{4})(\d\d)(\d\d)T?(\d\d)(\d\d)(\d\d)((?:[.,]\d+)? ?(?:Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)$/i;
const EPOCH_TEXT = /^\d{12,13}$/;

/** 12 or 13 digits. */
const EPOCH_MIN = 1e11;
const EPOCH_MAX = 1e13;
/** 14 digits. */
const COMPACT_MAX = 1e14;

/** Years in which something that is recorded can have happened. */
const FIRST_YEAR = 1990;
const LAST_YEAR = 2100;

/**
 * Reads a time as sources write it, and returns UTC as 'YYYY-MM-DDTHH:mm:ss.SSSZ', or null for what stands for no time, such
 * as 0001-01-01 or Never. It reads RFC 3339, also with slashes in the date, a comma before the fraction, or an offset such as
 * +0100, +01 or UTC; the same without an offset, which is a time of `clock`; yyyyMMddHHmmss; and, with a clock, milliseconds
 * since 1970 in 12 or 13 digits. Without a clock an offset is required. Throws DateTimeError.
 */
export function parseSourceTime(value: string | number, clock: LocalClock | null): string | null {
  if (typeof value === 'number') return fromNumber(value, clock);
  // The usual form, which is parsed at once.
  if (value.length <= 24 && value.endsWith('Z') && value[10] === 'T' && value >= '1971') return parseDateTime(value);
  if (NO_TIME.test(value)) return null;
  if (EPOCH_TEXT.test(value) && clock) return fromEpoch(Number(value));
  const compact = COMPACT.exec(value);
  if (compact) return fromCompact(value, compact, clock);
  if (BARE_DATE.test(value) && isZero(Date.parse(value.replaceAll('/', '-')))) return null;
  return fromText(value, clock);
}

/** Says why a time cannot be when an audit occurred; undefined where it can. */
export function occurredAtError(time: string): string | undefined {
  const year = Number(time.slice(0, 4));
  if (year >= FIRST_YEAR && year <= LAST_YEAR) return undefined;
  return `"${time}": an audit of the year ${year} is not taken, only of ${FIRST_YEAR} to ${LAST_YEAR}: correct the time`;
}

function fromNumber(value: number, clock: LocalClock | null): string | null {
  if (value === 0 || value === YEAR_ONE_MS) return null;
  if (value >= EPOCH_MIN && value < EPOCH_MAX) return fromEpoch(Math.ceil(value));
  const digits = String(value);
  const compact = value >= EPOCH_MAX && value < COMPACT_MAX ? COMPACT.exec(digits) : null;
  if (compact) return fromCompact(digits, compact, clock);
  throw new DateTimeError(`${quote(digits)} is not a time: a number is read as milliseconds since 1970`);
}

function fromEpoch(epochMs: number): string {
  const time = formatEpoch(epochMs);
  if (occurredAtError(time) === undefined) return time;
  throw new DateTimeError(
    `${quote(String(epochMs))} is ${time} if it is milliseconds since 1970: write a date like 2026-11-22T08:30:00Z`,
  );
}

function fromCompact(text: string, parts: RegExpExecArray, clock: LocalClock | null): string | null {
  const [, year, month, day, hour, minute, second, rest] = parts;
  if (Number(year) < FIRST_YEAR || Number(year) > LAST_YEAR) {
    throw new DateTimeError(
      `${quote(text)} is not a time: 14 digits are read as yyyyMMddHHmmss, of the years ${FIRST_YEAR} to ${LAST_YEAR}`,
    );
  }
  return fromText(`${year}-${month}-${day} ${hour}:${minute}:${second}${rest}`, clock);
}

function fromText(text: string, clock: LocalClock | null): string | null {
  const parts = DATE_TIME.exec(text);
  if (!parts) return parseDateTime(text);
  const [, year, , month, day, time, fraction, offset] = parts;
  if (Number(year) < 1_000) throw new DateTimeError(`${quote(text)}: there is no record of the year ${year}`);
  if (offset === undefined) {
    const localMs = wallClockMs(text.replace(',', '.'));
    if (isZero(localMs)) return null;
    if (clock) return formatEpoch(clock.toEpoch(localMs));
  }
  const plain = `${year}-${month}-${day}T${time}${fraction === undefined ? '' : `.${fraction}`}`;
  const read = parseDateTime(offset === undefined ? plain : `${plain}${withColon(offset)}`);
  return isZero(Date.parse(read)) ? null : read;
}

/** An offset as RFC 3339 has it. */
function withColon(offset: string): string {
  if (/^[a-z]/i.test(offset)) return 'Z';
  return `${offset.slice(0, 3)}:${offset.slice(3).replace(':', '') || '00'}`;
}

function isZero(epochMs: number): boolean {
  return epochMs < LAST_ZERO_MS && ZERO_DATES.some((zero) => Math.abs(epochMs - zero) <= ZERO_DISTANCE_MS);
}
