import { type Cipher, createCipheriv, timingSafeEqual } from 'node:crypto';
import { endianness } from 'node:os';

const BLOCK = 16;
const WORDS = 4;
const IS_LITTLE_ENDIAN = endianness() === 'LE';

/**
 * Seals texts with AES-SIV (RFC 5297, AEAD_AES_SIV_CMAC_256, no associated data): a sealed text can neither be read nor
 * changed without the key, and the same text always gives the same sealed one. Many texts are sealed by a few calls of the
 * cipher: one call for each text would cost more than all the rest. The length of a text is a multiple of 16 bytes, and
 * not 0.
 */
export class AesSiv {
  readonly #authentication: Cipher;
  readonly #encryption: Cipher;
  /** What the last block of a text is combined with before it is authenticated. */
  readonly #lastBlock: Uint32Array;

  /** `key` has 32 bytes. */
  constructor(key: Buffer) {
    this.#authentication = blockCipher(key.subarray(0, BLOCK));
    this.#encryption = blockCipher(key.subarray(BLOCK));
    const subkey = doubled(this.#authentication.update(Buffer.alloc(BLOCK)));
    // RFC 5297, section 2.4: S2V of one string begins with the CMAC of a block of zeros.
    const zeros = this.#authentication.update(subkey);
    this.#lastBlock = wordsOf(Buffer.from(subkey.map((byte, at) => byte ^ zeros[at]!)));
  }

  /** Seals texts of one length that follow one another in `texts`; each sealed one is 16 bytes longer. */
  seal(texts: Buffer, length: number): Buffer {
    const tags = this.#tagsOf(texts, length);
    const [tagWords, encrypted] = [wordsOf(tags), wordsOf(this.#crypted(texts, tags, length))];
    const words = length / 4;
    const sealed = new Uint32Array(tagWords.length + encrypted.length);
    for (let n = 0; n * WORDS < tagWords.length; n++) {
      const start = n * (WORDS + words);
      for (let word = 0; word < WORDS; word++) sealed[start + word] = tagWords[n * WORDS + word]!;
      for (let word = 0; word < words; word++) sealed[start + WORDS + word] = encrypted[n * words + word]!;
    }
    return bytesOf(sealed);
  }

  /** The text that was sealed; undefined if it was not sealed with this key. */
  open(sealed: Buffer): Buffer | undefined {
    const length = sealed.length - BLOCK;
    if (length <= 0 || length % BLOCK > 0) return undefined;
    const tag = Buffer.from(sealed.subarray(0, BLOCK));
    const text = this.#crypted(Buffer.from(sealed.subarray(BLOCK)), tag, length);
    return timingSafeEqual(this.#tagsOf(text, length), tag) ? text : undefined;
  }

  /** The synthetic initialization vectors of texts, which authenticate them. */
  #tagsOf(texts: Buffer, length: number): Buffer {
    const count = texts.length / length;
    const words = wordsOf(texts);
    const stride = length / 4;
    let state: Buffer = Buffer.alloc(count * BLOCK);
    for (let block = 0; block < length / BLOCK; block++) {
      const isLast = block === length / BLOCK - 1;
      const input = wordsOf(state);
      for (let n = 0; n < count; n++) {
        for (let word = 0; word < WORDS; word++) {
          const last = isLast ? this.#lastBlock[word]! : 0;
          input[n * WORDS + word]! ^= words[n * stride + block * WORDS + word]! ^ last;
        }
      }
      state = aligned(this.#authentication.update(bytesOf(input)));
    }
    return state;
  }

  /** Encrypts or decrypts texts in counter mode, each from its tag on. */
  #crypted(texts: Buffer, tags: Buffer, length: number): Buffer {
    const blocks = length / BLOCK;
    const tagWords = wordsOf(tags);
    const counters = new Uint32Array(texts.length / 4);
    for (let n = 0, at = 0; at < counters.length; n += WORDS) {
      // RFC 5297, section 2.5: without two of its bits, so that adding to the last word never carries.
      const third = swapped(swapped(tagWords[n + 2]!) & 0x7fffffff);
      const last = swapped(tagWords[n + 3]!) & 0x7fffffff;
      for (let block = 0; block < blocks; block++) {
        counters[at++] = tagWords[n]!;
        counters[at++] = tagWords[n + 1]!;
        counters[at++] = third;
        counters[at++] = swapped(last + block);
      }
    }
    const result = wordsOf(aligned(this.#encryption.update(bytesOf(counters))));
    const words = wordsOf(texts);
    for (let word = 0; word < result.length; word++) result[word]! ^= words[word]!;
    return bytesOf(result);
  }
}

/** A big-endian word as the machine has it, or the other way round. */
function swapped(word: number): number {
  if (!IS_LITTLE_ENDIAN) return word;
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}

/** AES-128 of single blocks. */
function blockCipher(key: Buffer): Cipher {
  return createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
}

/** A block times 2 in the field that CMAC uses (RFC 4493, section 2.3). */
function doubled(block: Buffer): Buffer {
  const shifted = block.map((byte, at) => ((byte << 1) | ((block[at + 1] ?? 0) >> 7)) & 0xff);
  if (block[0]! & 0x80) shifted[BLOCK - 1]! ^= 0x87;
  return Buffer.from(shifted);
}

/** The same bytes as words of 32 bits; a copy if they do not begin at a word. */
function wordsOf(bytes: Buffer): Uint32Array {
  const { buffer, byteOffset, length } = aligned(bytes);
  return new Uint32Array(buffer, byteOffset, length / 4);
}

function aligned(bytes: Buffer): Buffer {
  return bytes.byteOffset % 4 === 0 ? bytes : Buffer.from(Uint8Array.from(bytes).buffer);
}

function bytesOf(words: Uint32Array): Buffer {
  return Buffer.from(words.buffer, words.byteOffset, words.byteLength);
}
