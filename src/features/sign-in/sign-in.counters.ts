import type { Transaction } from '../../database/db.js';
import { forgetNetworks, networksOf } from '../users/trusted-network.queries.js';
import type { Device } from './device-cookie.js';
import { type Counters, clearCounters, counterKey } from './login-backoff.js';
import { type KnownUser, refusalOf, subjectOf } from './rejection-reasons.js';

/** An attempt to sign in, as it is counted. */
export interface CountedBy {
  /** As it was typed. */
  readonly typedName: string;
  /** The user, if the name that was typed is one's. */
  readonly user: KnownUser | null;
  /** The browser, if the user has signed in with it before. */
  readonly device: Device | null;
  /** The network, if the user has signed in from it before. */
  readonly network: string | null;
}

/** What an attempt to sign in is counted by: its name, and its browser and network if they are trusted. */
export function signInCounters({ typedName, user, device, network }: CountedBy): Counters {
  const common = counterKey(typedName);
  return {
    common,
    own: [
      ...(device ? [counterKey('device', typedName, device.nonce)] : []),
      ...(network === null ? [] : [networkKey(typedName, network)]),
    ],
    refusal: refusalOf('name', common, user),
  };
}

/** What an attempt to change the own password is counted by: the user, apart from sign-ins. */
export function passwordChangeCounters(user: KnownUser): Counters {
  const common = counterKey('password change', String(user.id));
  return { common, own: [], refusal: refusalOf('change', common, user) };
}

/** Forgets the failures of a user, and the networks that were trusted. */
export async function forgetAttempts(tx: Transaction, user: { id: number; userName: string }): Promise<void> {
  const { id, userName } = user;
  const name = counterKey(userName);
  const networks = (await networksOf(tx, id)).map((network) => networkKey(userName, network));
  await clearCounters(tx, [name, ...networks], subjectOf('name', name));
  const change = counterKey('password change', String(id));
  await clearCounters(tx, [change], subjectOf('change', change));
  await forgetNetworks(tx, id);
}

function networkKey(typedName: string, network: string): string {
  return counterKey('network', typedName, network);
}
