import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { hostNameError, normalHostName } from '../host-name.js';
import { kindOf } from './addresses.js';
import { type Finding, fail, pass } from './finding.js';
import type { Run } from './run.js';

const LOOKUP_MS = 3_000;

export interface Resolution {
  readonly finding: Finding;
  /** What may be connected to: one address of each family at most, in the order of the system. */
  readonly addresses: readonly string[];
}

/** Turns a saved host name into addresses, once, and leaves out those that are never to be connected to. */
export async function resolve(hostName: string, allowLoopback: boolean, run: Run): Promise<Resolution> {
  if (hostNameError(hostName)) return failed('The saved host name is no DNS name or address: save it again.');
  const name = normalHostName(hostName);
  const found = isIP(name) ? [name] : await run.within(LOOKUP_MS, addressesOf(name));
  if (found === undefined) {
    return failed('The name service did not answer: look at the DNS settings of the machine of this gateway.');
  }
  if (found.length === 0) {
    return failed('The host name has no address here: correct it, or add it to the DNS that this gateway asks.');
  }
  const addresses = usable(found, allowLoopback);
  if (addresses.length === 0) {
    return failed(
      found.some((address) => kindOf(address) === 'LOOPBACK')
        ? 'The host name stands for the machine of this gateway itself: save another name, or set TEST_INTEGRATION_LOOPBACK to true.'
        : 'The host name stands for an address that is never connected to, such as a link-local or multicast one: correct it.',
    );
  }
  return {
    finding: pass(
      isIP(name) ? 'An address is saved, so there is no name to resolve.' : 'The host name has an address.',
    ),
    addresses,
  };
}

/** Of the addresses of a name those that may be connected to, the first of each family only. */
export function usable(addresses: readonly string[], allowLoopback: boolean): string[] {
  const allowed = addresses.filter((address) => {
    const kind = kindOf(address);
    return kind === 'ALLOWED' || (allowLoopback && kind === 'LOOPBACK');
  });
  return allowed.filter((address, at) => at === allowed.findIndex((other) => isIP(other) === isIP(address)));
}

function failed(detail: string): Resolution {
  return { finding: fail(detail), addresses: [] };
}

/** None where the name is not known, undefined where that could not be found out. */
async function addressesOf(name: string): Promise<string[] | undefined> {
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOTFOUND' ? [] : undefined;
  }
}
