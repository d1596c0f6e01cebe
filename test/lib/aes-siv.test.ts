import { createCipheriv, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AesSiv } from '../../src/lib/aes-siv.js';

const keys = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((key) => Buffer.from(key));
const lengths = fc.integer({ min: 1, max: 6 }).map((blocks) => blocks * 16);
const texts = lengths.chain((length) =>
  fc.array(
    fc.uint8Array({ minLength: length, maxLength: length }).map((text) => Buffer.from(text)),
    { minLength: 1, maxLength: 9 },
  ),
);

test('the reference below gives the test vector of RFC 5297, appendix A.1', () => {
  const key = hex('fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff');
  const data = hex('101112131415161718191a1b1c1d1e1f2021222324252627');
  expect(reference(key, hex('112233445566778899aabbccddee'), data).toString('hex')).toBe(
    '85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c',
  );
});

test('texts are sealed as RFC 5297 has it, however many at once, and opened again', () => {
  fc.assert(
    fc.property(keys, texts, (key, list) => {
      const siv = new AesSiv(key);
      const length = list[0]!.length;
      const sealed = siv.seal(Buffer.concat(list), length);
      for (const [n, text] of list.entries()) {
        const one = sealed.subarray(n * (length + 16), (n + 1) * (length + 16));
        expect(one.equals(reference(key, text))).toBe(true);
        expect(siv.open(one)?.equals(text)).toBe(true);
      }
    }),
  );
});

test('what was changed in one bit, cut, made longer, or sealed with another key is not opened', () => {
  const siv = new AesSiv(randomBytes(32));
  const sealed = siv.seal(Buffer.from('sixteen letters!and sixteen more'), 32);
  expect(siv.open(sealed)).toBeDefined();
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = Buffer.from(sealed);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    expect(siv.open(changed)).toBeUndefined();
  }
  for (let end = 0; end < sealed.length; end++) expect(siv.open(sealed.subarray(0, end))).toBeUndefined();
  expect(siv.open(Buffer.concat([sealed, Buffer.alloc(16)]))).toBeUndefined();
  expect(new AesSiv(randomBytes(32)).open(sealed)).toBeUndefined();
});

/** RFC 5297 as it is written, byte by byte. */
function reference(key: Buffer, text: Buffer, ...data: Buffer[]): Buffer {
  const [forTags, forText] = [key.subarray(0, 16), key.subarray(16)];
  let d = cmac(forTags, Buffer.alloc(16));
  for (const one of data) d = xor(double(d), cmac(forTags, one));
  const t =
    text.length >= 16
      ? Buffer.concat([text.subarray(0, -16), xor(text.subarray(-16), d)])
      : xor(double(d), padded(text));
  const tag = cmac(forTags, t);
  const counter = Buffer.from(tag);
  counter[8]! &= 0x7f;
  counter[12]! &= 0x7f;
  return Buffer.concat([tag, createCipheriv('aes-128-ctr', forText, counter).update(text)]);
}

function cmac(key: Buffer, text: Buffer): Buffer {
  const subkey = double(aes(key, Buffer.alloc(16)));
  const whole = text.length > 0 && text.length % 16 === 0;
  const start = whole ? text.length - 16 : text.length - (text.length % 16);
  const last = text.subarray(start);
  const ending = whole ? xor(last, subkey) : xor(padded(last), double(subkey));
  let state: Buffer = Buffer.alloc(16);
  for (let at = 0; at < start; at += 16) state = aes(key, xor(state, text.subarray(at, at + 16)));
  return aes(key, xor(state, ending));
}

function aes(key: Buffer, block: Buffer): Buffer {
  return createCipheriv('aes-128-ecb', key, null).setAutoPadding(false).update(block);
}

function double(block: Buffer): Buffer {
  const value = BigInt(`0x${block.toString('hex')}`) << 1n;
  const reduced = value >> 128n ? (value & ((1n << 128n) - 1n)) ^ 0x87n : value;
  return hex(reduced.toString(16).padStart(32, '0'));
}

function padded(text: Buffer): Buffer {
  return Buffer.concat([text, Buffer.from([0x80]), Buffer.alloc(15)]).subarray(0, 16);
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, at) => byte ^ b[at]!));
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}
