// Compiled by AssemblyScript (https://www.assemblyscript.org), where u32 is an address in the memory of the module and
// `load` and `store` are single instructions. `src/database/dialects/mysql/row-encoder/wasm-encoder.ts` calls it, and says how the memory
// is divided.

/** Why `writeRows` came back, as it returns it. */
const MORE: i32 = 0;
const FULL: i32 = 1;
const LAST: i32 = 2;
const TOO_LONG: i32 = 3;

/** How a value is written, as `layout.ts` numbers it; any other is written as it came. */
const SKIPPED: u8 = 0;
const BOOLEAN: u8 = 2;
const WORD: u8 = 3;
const JSON_TEXT: u8 = 4;
const JSON_TIME: u8 = 5;
const CSV_TIME: u8 = 6;
const CSV_TEXT: u8 = 7;
const SAFE_CSV_TEXT: u8 = 8;

/** What is known of a column: where the text before its value stands, how long that is, its kind, whether it is kept. */
const COLUMN: u32 = 12;

/** The header of a packet: its length in three bytes, and a number. */
const HEADER: u32 = 4;
const MAX_PACKET: u32 = 0xffffff;
/** Instead of the length of a value: NULL, and lengths of two, three and eight bytes. */
const NULL: u32 = 0xfb;
const TWO: u32 = 0xfc;
const THREE: u32 = 0xfd;
/** The first byte of the packet behind the last row. */
const END: u8 = 0xfe;
const MAX_END: u32 = 9;
const ERROR: u8 = 0xff;

const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
const SPACE: u8 = 0x20;
const APOSTROPHE: u8 = 0x27;
const ZERO: u8 = 0x30;

/** What of a call is left in memory, from address 0: rows, and the ends of what was read, of what was kept and written. */
const ROWS: u32 = 0;
const READ: u32 = 4;
const KEPT: u32 = 8;
const WRITTEN: u32 = 12;

/**
 * Writes rows as long as there are whole packets, and room for what the next may become. Of each row stands in `index`
 * where its text and its kept values begin, counted from `output` and `kept`; a kept value stands as the server sent it,
 * its length before it. Copies go on to the end of 16 bytes: behind each region there must be so many.
 */
export function writeRows(
  columns: u32,
  count: u32,
  ending: u32,
  endingLength: u32,
  around: u32,
  isJson: i32,
  input: u32,
  inputEnd: u32,
  index: u32,
  indexEnd: u32,
  kept: u32,
  output: u32,
  outputEnd: u32,
): i32 {
  const columnsEnd = columns + count * COLUMN;
  let rows: u32 = 0;
  let at = input;
  let to = output;
  let keep = kept;
  let entry = index;
  let state = MORE;
  while (at + HEADER < inputEnd) {
    const length = load<u32>(at) & MAX_PACKET;
    const end = at + HEADER + length;
    if (length === MAX_PACKET) {
      state = TOO_LONG;
      break;
    }
    if (end > inputEnd) break;
    const first = load<u8>(at + HEADER);
    if (first === ERROR || (first === END && length < MAX_END)) {
      state = LAST;
      break;
    }
    if (entry === indexEnd || to + around + 6 * length > outputEnd) {
      state = FULL;
      break;
    }
    store<u32>(entry, to - output);
    store<u32>(entry + 4, keep - kept);
    entry += 8;
    at += HEADER;
    for (let column = columns; column < columnsEnd; column += COLUMN) {
      const begin = at;
      let size: u32 = load<u8>(at++);
      const isNull = size === NULL;
      if (size > NULL) {
        if (size === TWO) {
          size = load<u16>(at);
          at += 2;
        } else if (size === THREE) {
          size = load<u32>(at) & 0xffffff;
          at += 3;
        } else {
          size = load<u32>(at);
          at += 8;
        }
      }
      const from = at;
      if (!isNull) at += size;
      if (load<u8>(column + 9)) keep = copy(keep, begin, at - begin);
      const kind = load<u8>(column + 8);
      if (kind === SKIPPED) continue;
      to = copy(to, load<u32>(column), load<u32>(column + 4));
      if (!isNull) to = writeValue(kind, to, from, at);
      else if (isJson) {
        store<u32>(to, 0x6c6c756e);
        to += 4;
      }
    }
    at = end;
    to = copy(to, ending, endingLength);
    rows += 1;
  }
  store<u32>(ROWS, rows);
  store<u32>(READ, at);
  store<u32>(KEPT, keep);
  store<u32>(WRITTEN, to);
  return state;
}

function writeValue(kind: u8, to: u32, from: u32, end: u32): u32 {
  if (kind === JSON_TEXT) {
    store<u8>(to, QUOTE);
    to = copyEscaped(to + 1, from, end);
    store<u8>(to, QUOTE);
    return to + 1;
  }
  if (kind === WORD) {
    store<u8>(to, QUOTE);
    to = copy(to + 1, from, end - from);
    store<u8>(to, QUOTE);
    return to + 1;
  }
  if (kind === JSON_TIME) {
    store<u8>(to, QUOTE);
    to = copyTime(to + 1, from, end);
    store<u8>(to, QUOTE);
    return to + 1;
  }
  if (kind === CSV_TIME) return copyTime(to, from, end);
  if (kind === BOOLEAN) return writeBoolean(to, load<u8>(from) !== ZERO);
  if (kind === CSV_TEXT || kind === SAFE_CSV_TEXT) {
    store<u8>(to++, QUOTE);
    if (kind === SAFE_CSV_TEXT && from < end && startsFormula(from, end)) store<u8>(to++, APOSTROPHE);
    to = copyDoubled(to, from, end);
    store<u8>(to, QUOTE);
    return to + 1;
  }
  return copy(to, from, end - from);
}

function writeBoolean(to: u32, value: bool): u32 {
  if (value) {
    // true
    store<u32>(to, 0x65757274);
    return to + 4;
  }
  // fals, e
  store<u32>(to, 0x736c6166);
  store<u8>(to + 4, 0x65);
  return to + 5;
}

/** `=`, `+`, `-`, `@`, their full-width forms, tab, line feed and carriage return: as `src/lib/formula.ts` lists them. */
function startsFormula(from: u32, end: u32): bool {
  const byte = load<u8>(from);
  if (byte === 0x3d || byte === 0x2b || byte === 0x2d || byte === 0x40) return true;
  if (byte === 0x09 || byte === 0x0a || byte === 0x0d) return true;
  // In UTF-8 the full-width forms are EF BC and one more byte.
  if (byte !== 0xef || end - from < 3 || load<u8>(from + 1) !== 0xbc) return false;
  const last = load<u8>(from + 2);
  return last === 0x9d || last === 0x8b || last === 0x8d || last === 0xa0;
}

function copy(to: u32, from: u32, length: u32): u32 {
  const end = to + length;
  while (to < end) {
    v128.store(to, v128.load(from));
    to += 16;
    from += 16;
  }
  return end;
}

/** A DATETIME as RFC 3339. */
function copyTime(to: u32, from: u32, end: u32): u32 {
  const behind = copy(to, from, end - from);
  store<u8>(to + 10, 0x54);
  store<u8>(behind, 0x5a);
  return behind + 1;
}

/** The characters of a JSON string, as JSON.stringify writes them: each byte of a character beyond ASCII stands as it is. */
function copyEscaped(to: u32, from: u32, end: u32): u32 {
  while (from < end) {
    const part = v128.load(from);
    v128.store(to, part);
    const quotes = i8x16.eq(part, i8x16.splat(QUOTE));
    const backslashes = i8x16.eq(part, i8x16.splat(BACKSLASH));
    const controls = i8x16.lt_u(part, i8x16.splat(SPACE));
    const found = plainBytes(v128.or(v128.or(quotes, backslashes), controls), end - from);
    to += found;
    from += found;
    if (found < 16 && from < end) to = writeEscape(to, load<u8>(from++));
  }
  return to;
}

function writeEscape(to: u32, byte: u8): u32 {
  store<u8>(to, BACKSLASH);
  let letter: u8 = 0;
  if (byte === QUOTE || byte === BACKSLASH) letter = byte;
  else if (byte === 0x0a) letter = 0x6e;
  else if (byte === 0x0d) letter = 0x72;
  else if (byte === 0x09) letter = 0x74;
  else if (byte === 0x08) letter = 0x62;
  else if (byte === 0x0c) letter = 0x66;
  if (letter) {
    store<u8>(to + 1, letter);
    return to + 2;
  }
  // u00, and two digits, of which the first is 0 or 1.
  store<u8>(to + 1, 0x75);
  store<u16>(to + 2, 0x3030);
  store<u8>(to + 4, ZERO + (byte >> 4));
  const digit: u8 = byte & 15;
  store<u8>(to + 5, digit < 10 ? ZERO + digit : 0x57 + digit);
  return to + 6;
}

function copyDoubled(to: u32, from: u32, end: u32): u32 {
  while (from < end) {
    const part = v128.load(from);
    v128.store(to, part);
    const found = plainBytes(i8x16.eq(part, i8x16.splat(QUOTE)), end - from);
    to += found;
    from += found;
    if (found < 16 && from < end) {
      store<u16>(to, 0x2222);
      to += 2;
      from += 1;
    }
  }
  return to;
}

/** How many bytes stand before the first that is marked, of 16 at most and of those that are left. */
function plainBytes(marked: v128, left: u32): u32 {
  // The mark at 16 is where there is no other.
  const plain: u32 = ctz(i8x16.bitmask(marked) | 0x10000);
  return plain < left ? plain : left;
}
