import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import sql from 'sql-template-tag';
import type { Db } from '../../database/db.js';
import { isSetBack } from '../../lib/set-back.js';

/** Milliseconds that a browser is known after its last sign-in. */
export const DEVICE_LIFETIME = 180 * 24 * 3_600_000;

/** Users that one browser is known for; beyond it the one that signed in longest ago is forgotten. */
const MAX_USERS = 5;

/** Far more characters than a user name may have. */
const MAX_NAME = 1_000;

/** An entry of the cookie: when it was issued, in milliseconds in base 36, a nonce, and the signature of both with the user name. */
const ENTRY = /^([0-9a-z]{8,9})\.([\w-]{22})\.([\w-]{43})$/;

/** A browser that has signed in with a user name before. */
export interface Device {
  readonly nonce: string;
  /** In milliseconds since 1970. */
  readonly issuedAt: number;
}

/** The device of a cookie if the cookie was issued here for this user name, and not too long ago. */
export async function deviceOf(db: Db, cookie: string | null, userName: string): Promise<Device | null> {
  if (cookie === null || userName.length > MAX_NAME) return null;
  const key = await deviceKey(db);
  for (const entry of entriesOf(cookie)) {
    const device = readEntry(key, entry, userName);
    if (device && device.issuedAt + DEVICE_LIFETIME > Date.now() && !isSetBack(device.issuedAt)) return device;
  }
  return null;
}

/** The cookie of a browser after a sign-in. The other users that the browser is known for stay in it. */
export async function issueDevice(db: Db, cookie: string | null, userName: string): Promise<string> {
  const key = await deviceKey(db);
  const others = entriesOf(cookie ?? '').filter((entry) => !readEntry(key, entry, userName));
  const issuedAt = Date.now().toString(36);
  const nonce = randomBytes(16).toString('base64url');
  const entry = `${issuedAt}.${nonce}.${sign(key, issuedAt, nonce, userName).toString('base64url')}`;
  return [entry, ...others].slice(0, MAX_USERS).join('~');
}

function entriesOf(cookie: string): string[] {
  return cookie.split('~', MAX_USERS).filter((entry) => ENTRY.test(entry));
}

function readEntry(key: Buffer, entry: string, userName: string): Device | null {
  const [, issuedAt, nonce, signature] = ENTRY.exec(entry)!;
  const expected = sign(key, issuedAt!, nonce!, userName);
  if (!timingSafeEqual(expected, Buffer.from(signature!, 'base64url'))) return null;
  return { nonce: nonce!, issuedAt: Number.parseInt(issuedAt!, 36) };
}

function sign(key: Buffer, issuedAt: string, nonce: string, userName: string): Buffer {
  return createHmac('sha256', key).update(`${issuedAt}.${nonce}.${userName}`).digest();
}

const keys = new WeakMap<Db, Promise<Buffer>>();

/** The key of the database, which all gateways on it share. It is read once. */
function deviceKey(db: Db): Promise<Buffer> {
  let key = keys.get(db.origin);
  if (!key) {
    key = db
      .query<{ value: string }>(sql`SELECT value FROM gateway WHERE name = 'device_key'`)
      .then(([row]) => Buffer.from(row!.value, 'base64url'));
    key.catch(() => keys.delete(db.origin));
    keys.set(db.origin, key);
  }
  return key;
}
