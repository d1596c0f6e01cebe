import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { sha256 } from './sha256.js';

/** The kinds of tokens, by the prefix that tells them apart: auth tokens, which read, and ingest tokens, which push. */
export type TokenPrefix = 'pag_' | 'pai_';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_LENGTH = 43;
const CHECKSUM_LENGTH = 6;

/** A new token: prefix, 43 random base62 characters (256 bits), 6 of checksum, so that a secret scanner can find one. */
export function newToken(prefix: TokenPrefix): string {
  const random = Array.from({ length: RANDOM_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return prefix + random + checksum(prefix + random);
}

/** What is wrong with the shape of a token, said for people; undefined where nothing is. It needs no database. */
export function tokenError(prefix: TokenPrefix, token: string): string | undefined {
  if (!token.startsWith(prefix)) return `a token of this kind begins with ${prefix}`;
  const body = token.slice(prefix.length);
  if (body.length !== RANDOM_LENGTH + CHECKSUM_LENGTH || !/^[0-9A-Za-z]+$/.test(body)) {
    return `a token has ${RANDOM_LENGTH + CHECKSUM_LENGTH} letters and digits after ${prefix}: it may have been cut when it was copied`;
  }
  const end = token.length - CHECKSUM_LENGTH;
  if (checksum(token.slice(0, end)) !== token.slice(end)) return 'its checksum is wrong: a character was mistyped';
  return undefined;
}

/** Whether a text has a whole token in it: it must not be kept or shown where somebody has put one by mistake. */
export function holdsToken(text: string): boolean {
  const found = text.matchAll(/(pag_|pai_)[0-9A-Za-z]{49}/g);
  return [...found].some(([token, prefix]) => tokenError(prefix as TokenPrefix, token) === undefined);
}

/** What is stored of a token: SHA-256 in hexadecimal. A random token needs no slow hash. */
export function tokenHash(token: string): string {
  return sha256(token);
}

function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    digits = ALPHABET[rest % ALPHABET.length] + digits;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return digits;
}
