import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameSplitter, MAX_MESSAGE_BYTES } from '../../../src/sources/syslog/frame-splitter.js';

/** The messages of a stream that comes in these chunks, as text; a broken one with its size. */
function split(chunks: readonly (string | Buffer)[], inOrder = true): string[] {
  return read(chunks, inOrder).messages;
}

/** The same, and whether an octet count was found to be wrong. */
function read(chunks: readonly (string | Buffer)[], inOrder = true) {
  const splitter = new FrameSplitter();
  const frames = chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk as string)));
  const messages = [...frames, ...splitter.end(inOrder)].map(({ bytes, size, isBroken, isMiscounted }) => {
    const text = bytes.toString('latin1');
    return isBroken ? `${text} broken after ${size}` : isMiscounted ? `${text} miscounted` : text;
  });
  return { messages, isMiscounted: splitter.isMiscounted };
}

const counted = (text: string) => `${Buffer.byteLength(text)} ${text}`;

describe('a stream', () => {
  test.each([
    ['lines', '<13>one\n<13>two\n', ['<13>one', '<13>two']],
    ['a last line without a line feed', '<13>one\n<13>two', ['<13>one', '<13>two']],
    ['counted messages', counted('<13>one') + counted('<13>two'), ['<13>one', '<13>two']],
    ['a counted message of several lines', counted('<13>one\ntwo'), ['<13>one\ntwo']],
    ['both, lines first', `<13>one\n${counted('<13>two')}`, ['<13>one', '<13>two']],
    ['trailers behind counted messages', `${counted('<13>one')}\n${counted('<13>two')}\r\n\0`, ['<13>one', '<13>two']],
    ['lines that end with NUL', '<13>one\0<13>two\0', ['<13>one', '<13>two']],
    ['empty lines', '\n\r\n<13>one\n\n', ['<13>one']],
    ['lines that begin with a number', '12 monkeys\n2026 was a year\n7\n', ['12 monkeys', '2026 was a year', '7']],
    ['lines that begin like a count, without a priority', '5 <b>one\n12 <two>\n', ['5 <b>one', '12 <two>']],
    [
      'lines that begin with more digits than a count has',
      '123456789012345678901 <13>\n',
      ['123456789012345678901 <13>'],
    ],
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
    const stream = Buffer.from(`${write(text)}${write('<13>next')}`);
    const frames = [];
    for (let at = 0; at < stream.length; at += 50_000) frames.push(...splitter.push(stream.subarray(at, at + 50_000)));
    frames.push(...splitter.end(true));
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
        const lines = written.findIndex(([, isCounted]) => isCounted);
        const parts = written.map(([text, , trailer], index) =>
          lines >= 0 && index >= lines ? counted(text) + trailer : `${text}\n`,
        );
        const stream = Buffer.from(parts.join(''));
        const expected = written.map(([text]) => Buffer.from(text).toString('latin1'));
        expect(split(chunksOf(stream, cuts))).toEqual(expected);
      }),
    );
  });

  test('of any bytes is cut the same, whatever the chunks are', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map(Buffer.from),
      fc
        .string({ unit: fc.constantFrom('1', '2', ' ', '<', '6 <1>', '>', '\n', '\0', '\r', 'x'), maxLength: 60 })
        .map(Buffer.from),
    );
    fc.assert(
      fc.property(bytes, fc.array(fc.integer({ min: 1, max: 9 })), fc.boolean(), (stream, cuts, inOrder) => {
        expect(read(chunksOf(stream as Buffer, cuts), inOrder)).toEqual(read([stream as Buffer], inOrder));
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['a line', '<13>three\n'],
    ['text', 'three\n'],
    ['no number', 'abc <13>three'],
    ['a negative number', '-9 <13>three'],
    ['zero', '0 <13>three'],
    ['leading zeros', '009 <13>three'],
    ['a number that no message is as long as', '9999999 <13>three'],
    ['a number beyond all numbers', '99999999999999999999 <13>three'],
  ])('is read no further where %s follows a counted message, which is kept', (_, next) => {
    const { messages, isMiscounted } = read([`${counted('<13>one')}\n${counted('<13>two')}${next}`]);
    expect([messages[0], messages[1]?.replace(' miscounted', '')]).toEqual(['<13>one', '<13>two']);
    expect([messages.length, isMiscounted]).toEqual([2, true]);
  });

  test.each(['0 <13>one\n', '007 <13>one', '9999999 <13>one'])(
    'is not read that begins with the count of %j',
    (stream) => {
      expect(read([stream])).toEqual({ messages: [], isMiscounted: true });
    },
  );

  test('marks the message whose count is too small or too large, as soon as the next bytes show it', () => {
    const next = 'an end of a message that is long enough to tell';
    expect(read([`${counted('<13>one')}7 <13>two${next}`])).toEqual({
      messages: ['<13>one', '<13>two miscounted'],
      isMiscounted: true,
    });
    expect(read([`${counted('<13>one')}9 <13>two`])).toEqual({
      messages: ['<13>one', '<13>two broken after 7'],
      isMiscounted: true,
    });
    expect(read([`${counted('<13>one')}9 <13>two`], false).isMiscounted).toBe(false);
  });

  test('gives up a counted message that does not come whole', () => {
    const splitter = new FrameSplitter();
    expect(splitter.push(Buffer.from(`${counted('<13>one')}900 <13>two`))).toEqual([]);
    expect(splitter.giveUp()).toEqual([
      { bytes: Buffer.from('<13>one'), size: 7, isBroken: false },
      expect.objectContaining({ size: 7, isMiscounted: true }),
    ]);
    expect([splitter.isMiscounted, splitter.push(Buffer.from(counted('<13>three')))]).toEqual([true, []]);
  });

  test('releases a counted message if nothing follows it', () => {
    const splitter = new FrameSplitter();
    expect(splitter.push(Buffer.from(`${counted('<13>one')}1`))).toEqual([]);
    expect(splitter.release().map(({ bytes }) => bytes.toString())).toEqual(['<13>one']);
    expect(splitter.push(Buffer.from('0 <13>second'))).toEqual([]);
    expect(splitter.release().map(({ bytes }) => bytes.toString())).toEqual(['<13>second']);
    expect(splitter.isMiscounted).toBe(false);
  });

  describe.each([
    ['takes a digit from the count behind it', 1, '<13>ok_21'],
    ['leaves its last digit to the count behind it', -1, '<13>ok_'],
  ])('a count that %s', (_, wrong, damaged) => {
    const message = '<13>ok_2';
    const next = `<13>${'a text of some length, '.repeat(6)}`;
    const stream = `${counted('<13>one')}${message.length + wrong} ${message}${counted(next)}${counted('<13>last')}`;

    test('marks its message as miscounted', () => {
      const { messages, isMiscounted } = read([stream]);
      expect([isMiscounted, messages.slice(0, 2)]).toEqual([true, ['<13>one', `${damaged} miscounted`]]);
    });

    test('does so too if its sender then waits for an answer', () => {
      const splitter = new FrameSplitter();
      const frames = [...splitter.push(Buffer.from(stream)), ...splitter.release(), ...splitter.giveUp()];
      expect(frames.map(({ bytes, isMiscounted }) => [bytes.toString(), isMiscounted ?? false])).toContainEqual([
        damaged,
        true,
      ]);
    });
  });

  test('loses no message before the one whose count is damaged, and notices each damage', () => {
    const word = fc
      .string({ unit: fc.constantFrom('a', ' ', 'é', ':', '😀'), minLength: 4 })
      .map((text) => `<13>${text}`);
    const damage = fc.oneof(
      fc.constantFrom('0', '-8', 'x', '1x', '0x9', '1e1', '+9', '', '99999999', '99999999999999999999999'),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: -3, max: -1 }),
    );
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1 }),
        word,
        fc.array(word),
        damage,
        fc.array(fc.integer({ min: 1, max: 9 })),
        (before, damaged, after, wrong, cuts) => {
          const count = typeof wrong === 'number' ? Buffer.byteLength(damaged) + wrong : wrong;
          const parts = [...before.map(counted), `${count} ${damaged}`, ...after.map(counted)];
          const { messages, isMiscounted } = read(chunksOf(Buffer.from(parts.join('')), cuts));
          const expected = before.map((text) => Buffer.from(text).toString('latin1'));
          const good = messages.slice(0, before.length).map((text) => text.replace(/ miscounted$/, ''));
          expect(good).toEqual(expected);
          expect(isMiscounted).toBe(true);
        },
      ),
      { numRuns: 500 },
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
