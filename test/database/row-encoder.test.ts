import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, inject, test } from 'vitest';
import { chooseRowEncoder } from '../../src/database/dialects/mysql/row-encoder/choose.js';
import type { EncodeRows } from '../../src/database/dialects/mysql/row-encoder/encode-rows.js';
import { encodeFast } from '../../src/database/dialects/mysql/row-encoder/fast.js';
import { PacketReader } from '../../src/database/dialects/mysql/row-encoder/packet-reader.js';
import { encodePlainly } from '../../src/database/dialects/mysql/row-encoder/plain.js';
import type { EncodedForm } from '../../src/database/row-encoding.js';

test('the compiled writer of rows is what its source says', async () => {
  await promisify(execFile)(process.execPath, ['wasm/build.mjs', '--check']);
});

const form: EncodedForm = {
  notation: 'json',
  cells: [
    { name: 'text', value: 't.a', kind: 'text', isNullable: true },
    { name: 'count', value: 't.b', kind: 'number', isNullable: true },
  ],
  separator: ',',
  keys: [
    { name: 'key', value: 't.b', kind: 'text' },
    { name: 'behind', value: 't.c', kind: 'text' },
  ],
};

interface Row {
  readonly text: string | null;
  readonly count: number | null;
  readonly behind: string | null;
}

const anyText = fc.string({ unit: 'grapheme', maxLength: 400 });
const anyRow: fc.Arbitrary<Row> = fc.record({
  text: fc.option(anyText),
  count: fc.option(fc.nat()),
  behind: fc.option(anyText),
});

/** A value as MySQL's protocol has it in a row: its length in one byte, or in two behind 0xfc; NULL is 0xfb. */
function sentAs(value: string | number | null): Buffer {
  if (value === null) return Buffer.of(0xfb);
  const bytes = Buffer.from(String(value));
  const length = bytes.length < 0xfb ? Buffer.of(bytes.length) : Buffer.of(0xfc, bytes.length & 255, bytes.length >> 8);
  return Buffer.concat([length, bytes]);
}

/** What a server answers to a SELECT: as many packets as it takes, each with its length and number before it. */
function answerOf(rows: readonly Row[], last: Buffer): Buffer {
  const columns = ['a', 'b', 'c'].map((name) => Buffer.from(`\u0003def${name}`));
  const texts = rows.map(({ text, count, behind }) => Buffer.concat([text, count, behind].map(sentAs)));
  const packets = [Buffer.of(3), ...columns, END, ...texts, last];
  return Buffer.concat(
    packets.map((packet, n) => Buffer.concat([Buffer.of(packet.length, packet.length >> 8, 0, n), packet])),
  );
}

const END = Buffer.of(0xfe, 0, 0, 2, 0);
const FAILED = Buffer.from('\u00ff\u0000\u0000too late', 'latin1');

/** Has an answer read that comes in parts; the rows, and what the driver is given in the end. */
function read(answer: Buffer, cuts: readonly number[]) {
  const given: { bytes: Buffer; areRows: boolean }[] = [];
  const reader = new PacketReader<{ key: string | null; behind: string | null }>(
    form,
    (bytes, _sequenceId, areRows) => given.push({ bytes: Buffer.from(bytes), areRows }),
    (error) => {
      throw error;
    },
  );
  const places = [0, ...[...new Set(cuts)].sort((a, b) => a - b), answer.length];
  for (let n = 1; n < places.length && given.length === 0; n++) {
    reader.execute(Buffer.from(answer.subarray(places[n - 1], places[n])));
  }
  return { rows: reader.rows, given };
}

test('rows are written the same however the bytes of the server are cut into parts', () => {
  const fixture = fc
    .record({ rows: fc.array(anyRow, { maxLength: 30 }), last: fc.constantFrom(END, FAILED) })
    .chain(({ rows, last }) => {
      const answer = answerOf(rows, last);
      const cuts = fc.array(fc.integer({ min: 1, max: answer.length - 1 }), { maxLength: 40 });
      return fc.record({ rows: fc.constant(rows), answer: fc.constant(answer), last: fc.constant(last), cuts });
    });
  fc.assert(
    fc.property(fixture, ({ rows, answer, last, cuts }) => {
      const { rows: written, given } = read(answer, cuts);
      expect(written.map((row) => row.text.toString())).toEqual(
        rows.map(({ text, count }) => JSON.stringify({ text, count })),
      );
      const keys = rows.map(({ count, behind }) => [count === null ? null : String(count), behind]);
      expect(written.map(({ key, behind }) => [key, behind])).toEqual(keys);
      expect(given).toHaveLength(1);
      expect(given[0]!.areRows).toBe(true);
      expect(given[0]!.bytes.subarray(4, 4 + last.length)).toEqual(last);
    }),
    { numRuns: 500 },
  );
});

test('what comes instead of rows is left to the driver from its first byte on', () => {
  for (const packet of [FAILED, Buffer.of(0, 0, 0, 2, 0, 0, 0)]) {
    const answer = Buffer.concat([Buffer.of(packet.length, 0, 0, 1), packet]);
    for (const cuts of [[], [1], [4], [5, 6]]) {
      const { rows, given } = read(answer, cuts);
      expect(rows).toEqual([]);
      expect(given).toEqual([{ bytes: answer, areRows: false }]);
    }
  }
});

test('a row that comes in several packets, of 16 MiB, is refused', () => {
  let failure: Error | undefined;
  const reader = new PacketReader(
    form,
    () => {},
    (error) => {
      failure = error;
    },
  );
  reader.execute(answerOf([], END).subarray(0, -9));
  reader.execute(Buffer.of(0xff, 0xff, 0xff, 6));
  for (let n = 0; n < 256; n++) reader.execute(Buffer.alloc(65_536, 0x61));
  expect(failure?.message).toBe('a row has 16 MiB or more, and is not taken');
});

describe('the encoder of rows', () => {
  const options = {
    host: '127.0.0.1',
    user: 'root',
    port: inject('mariadbPort'),
    charset: 'utf8mb4',
    dateStrings: true,
  };
  const probed = (fast?: EncodeRows) => chooseRowEncoder(options, 'auto', fast);

  test('is the fast one if its rows are those of the plain one', async () => {
    expect(await probed()).toEqual({ encodeRows: encodeFast });
  });

  test('is the plain one if mysql2 has changed inside', async () => {
    const withoutParser: EncodeRows = (connection, ...rest) =>
      encodeFast(Object.create(connection, { packetParser: { value: undefined } }), ...rest);
    expect(await probed(withoutParser)).toEqual({ encodeRows: encodePlainly, error: 'mysql2 has no packetParser' });
  });

  test('is the plain one if the fast one writes something else', async () => {
    const wrong: EncodeRows = async (connection, statement, form) =>
      (await encodePlainly(connection, { ...statement, sql: statement.sql.replace('é', 'e') }, form)) as never;
    const { encodeRows, error: problem } = await probed(wrong);
    expect(encodeRows).toBe(encodePlainly);
    expect(problem).toMatch(/^it wrote .* for /);
  });

  test('is the plain one if it is asked for, and nothing is tried', async () => {
    const never: EncodeRows = () => Promise.reject(new Error('was tried'));
    expect(await chooseRowEncoder(options, 'plain', never)).toEqual({ encodeRows: encodePlainly });
  });
});
