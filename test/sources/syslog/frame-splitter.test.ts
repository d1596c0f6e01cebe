import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameSplitter, MAX_MESSAGE_BYTES } from '../../../src/sources/syslog/frame-splitter.js';

/** The messages of a stream that comes in these chunks, as text; a broken one with its size. */
function split(chunks: readonly (string | Buffer)[], inOrder = true): string[] {
  const splitter = new FrameSplitter();
  const frames = chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk as string)));
  return [...frames, ...splitter.end(inOrder)].map(({ bytes, size, isBroken }) =>
    isBroken ? `${bytes.toString('latin1')} broken after ${size}` : bytes.toString('latin1'),
  );
}

const counted = (text: string) => `${Buffer.byteLength(text)} ${text}`;

describe('a stream', () => {
  test.each([
    ['lines', '<13>one\n<13>two\n', ['<13>one', '<13>two']],
    ['a last line without a line feed', '<13>one\n<13>two', ['<13>one', '<13>two']],
    ['counted messages', counted('<13>one') + counted('<13>two'), ['<13>one', '<13>two']],
    ['a counted message of several lines', counted('<13>one\ntwo'), ['<13>one\ntwo']],
    ['both, mixed', `<13>one\n${counted('<13>two')}<13>three\n`, ['<13>one', '<13>two', '<13>three']],
    ['trailers behind counted messages', `${counted('<13>one')}\n${counted('<13>two')}\r\n\0`, ['<13>one', '<13>two']],
    ['lines that end with NUL', '<13>one\0<13>two\0', ['<13>one', '<13>two']],
    ['empty lines', '\n\r\n<13>one\n\n', ['<13>one']],
    ['lines that begin with a number', '12 monkeys\n2026 was a year\n7\n', ['12 monkeys', '2026 was a year', '7']],
    ['a count that nobody can mean', '99999999 <13>one\n<13>two\n', ['99999999 <13>one', '<13>two']],
  ])('is cut into %s', (_, stream, messages) => {
    expect(split([stream]).map((text) => text.trimEnd())).toEqual(messages);
  });

  test('that ends within a counted message has a broken one', () => {
    expect(split(['20 <13>one'])).toEqual(['<13>one broken after 7']);
  });

  test('whose connection breaks within a line has a broken one', () => {
    expect(split(['<13>one\n<13>tw'], false)).toEqual(['<13>one', '<13>tw broken after 6']);
    expect(split(['12'], false)).toEqual(['12 broken after 2']);
  });

  test.each([
    ['a line', (text: string) => `${text}\n`],
    ['a counted message', counted],
  ])('keeps the beginning of %s that is too long, counts it, and goes on behind it', (_, write) => {
    const splitter = new FrameSplitter();
    const text = `<13>${'x'.repeat(3 * MAX_MESSAGE_BYTES)}`;
    const stream = Buffer.from(`${write(text)}<13>next\n`);
    const frames = [];
    for (let at = 0; at < stream.length; at += 50_000) frames.push(...splitter.push(stream.subarray(at, at + 50_000)));
    expect(frames.map(({ bytes, size, isBroken }) => [bytes.length, size, isBroken])).toEqual([
      [MAX_MESSAGE_BYTES, text.length, false],
      [8, 8, false],
    ]);
  });

  test('that comes byte by byte is kept in no more memory than its bytes', () => {
    const text = `<13>${'x'.repeat(5_000)}`;
    const splitter = new FrameSplitter();
    const bytes = [...Buffer.from(text)].map((byte) => Buffer.of(byte));
    for (const byte of bytes) expect(splitter.push(byte)).toEqual([]);
    expect(splitter.pieces).toBeLessThan(64);
    expect(splitter.push(Buffer.from('\n')).map((frame) => frame.bytes.toString())).toEqual([text]);
  });

  const message = fc
    .tuple(fc.nat(191), fc.string({ unit: fc.constantFrom('a', ' ', '7', '<', '>', 'é', '😀', '\t') }))
    .map(([priority, text]) => `<${priority}>${text}`);

  test('has the messages that were written, however each is framed and the stream is cut', () => {
    const framed = fc.tuple(message, fc.boolean(), fc.constantFrom('', '\n', '\r\n', '\0'));
    fc.assert(
      fc.property(fc.array(framed), fc.array(fc.integer({ min: 1, max: 9 })), (written, cuts) => {
        const parts = written.map(([text, isCounted, trailer]) => (isCounted ? counted(text) + trailer : `${text}\n`));
        const stream = Buffer.from(parts.join(''));
        const expected = written.map(([text]) => Buffer.from(text).toString('latin1'));
        expect(split(chunksOf(stream, cuts))).toEqual(expected);
      }),
    );
  });

  test('of any bytes is cut the same, whatever the chunks are', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map(Buffer.from),
      fc.string({ unit: fc.constantFrom('1', '2', ' ', '<', '\n', '\0', '\r', 'x'), maxLength: 60 }).map(Buffer.from),
    );
    fc.assert(
      fc.property(bytes, fc.array(fc.integer({ min: 1, max: 9 })), fc.boolean(), (stream, cuts, inOrder) => {
        expect(split(chunksOf(stream as Buffer, cuts), inOrder)).toEqual(split([stream as Buffer], inOrder));
      }),
      { numRuns: 2_000 },
    );
  });
});

function chunksOf(stream: Buffer, cuts: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const cut of cuts) {
    chunks.push(stream.subarray(at, at + cut));
    at += cut;
  }
  return [...chunks, stream.subarray(at)];
}
