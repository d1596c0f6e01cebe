import { Readable } from 'node:stream';
import type { Rows, Value } from '../../db.js';
import type { MysqlSession, Server } from './session.js';

/** Fewer rows than this are not worth a second round trip for a file. */
const FILE_FROM = 200;

/** Characters of one INSERT. At four bytes each they are well within the 16 MiB that a server takes in a packet. */
const STATEMENT = 1_000_000;

/** Bytes of a file that are sent at once: while the server stores them, the next are written. */
const PACKET = 256 * 1024;

/** Rows that the server left out of a file, as it does with a key that is taken. */
export class RowsLeftOut extends Error {}

/**
 * Inserts rows, as a file where the server takes one: that costs it half of what the same rows cost as VALUES, whose
 * text it has to parse.
 * @throws RowsLeftOut where a row did not go in as it was
 */
export async function insertRows(
  session: MysqlSession,
  server: Server,
  table: string,
  columns: readonly string[],
  rows: Rows,
): Promise<void> {
  if (server.takesFiles && rows.length >= FILE_FROM) return loadRows(session, table, columns, rows);
  const texts = Array.from(rows, (row) => `(${row.map((value) => session.escape(value)).join(',')})`);
  for (const values of statements(texts)) {
    await session.command(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ${values}`);
  }
}

async function loadRows(session: MysqlSession, table: string, columns: readonly string[], rows: Rows): Promise<void> {
  const result = await session.load(
    `LOAD DATA LOCAL INFILE 'rows' INTO TABLE ${table} CHARACTER SET utf8mb4 (${columns.join(', ')})`,
    () => Readable.from(packets(rows)),
  );
  // A LOCAL file cannot be refused halfway, so the server warns and leaves out where an INSERT would fail.
  if (result.affectedRows !== rows.length || result.warningStatus > 0) {
    throw new RowsLeftOut(`${table}: ${result.affectedRows} of ${rows.length} rows went in. ${result.info}`);
  }
}

/** Joins texts into as few as there may be. */
function statements(texts: readonly string[]): string[] {
  const joined: string[] = [];
  let part: string[] = [];
  let length = 0;
  for (const text of texts) {
    if (part.length > 0 && length + text.length > STATEMENT) {
      joined.push(part.join(','));
      part = [];
      length = 0;
    }
    part.push(text);
    length += text.length;
  }
  if (part.length > 0) joined.push(part.join(','));
  return joined;
}

/** The file, in parts that may end anywhere. Values become bytes at once: texts of rows would be garbage, and much of it. */
function* packets(rows: Rows): Generator<Buffer> {
  let packet = Buffer.allocUnsafe(PACKET);
  let at = 0;
  for (const row of rows) {
    for (const value of row) {
      const text = typeof value === 'string' ? value : wordOf(value);
      const most = MAX_BYTES * text.length + 1;
      if (at + most > packet.length) {
        if (at > 0) yield packet.subarray(0, at);
        packet = Buffer.allocUnsafe(Math.max(PACKET, most));
        at = 0;
      }
      at = typeof value === 'string' ? writeText(packet, at, text) : writeWord(packet, at, text);
      packet[at++] = TAB;
    }
    packet[at - 1] = NEWLINE;
  }
  yield packet.subarray(0, at);
}

const TAB = 0x09;
const NEWLINE = 0x0a;

/** Of a UTF-16 unit; two where it is escaped. */
const MAX_BYTES = 3;

function wordOf(value: Exclude<Value, string>): string {
  if (value === null) return '\\N';
  return typeof value === 'boolean' ? (value ? '1' : '0') : String(value);
}

/** Writes a word, which is ASCII, as it is; where it ends. */
function writeWord(packet: Buffer, start: number, word: string): number {
  for (let i = 0; i < word.length; i++) packet[start + i] = word.charCodeAt(i);
  return start + word.length;
}

/** Writes a text; where it ends. */
function writeText(packet: Buffer, start: number, text: string): number {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80 || isEscaped[unit] === 1) return start + packet.write(escaped(text), start);
    packet[start + i] = unit;
  }
  return start + text.length;
}

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r', '\0': '\\0' };
const isEscaped = Uint8Array.from({ length: 0x80 }, (_, unit) => (String.fromCharCode(unit) in escapes ? 1 : 0));

function escaped(text: string): string {
  return text.replace(/[\\\t\n\r\0]/g, (found) => escapes[found]!);
}
