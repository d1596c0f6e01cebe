import { isIPv6 } from 'node:net';

const GROUPS = 8;

/**
 * The network that an address is counted with: an IPv4 address is its own, of IPv6 the first 64 bits count, since whoever
 * has one address there has all of its network (RFC 6177). An IPv4 address that a socket of
 * both writes as IPv6 is the same address.
 */
export function networkOf(address: string | null): string {
  const plain = address?.replace(/%.*$/, '').toLowerCase() ?? 'none';
  if (!isIPv6(plain)) return plain;
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain) ?? [];
  if (mapped) return mapped;
  const [head = '', tail] = plain.split('::');
  const first = groupsOf(head);
  const last = groupsOf(tail ?? '');
  const zeros = Array<string>(tail === undefined ? 0 : GROUPS - first.length - last.length).fill('0');
  const groups = [...first, ...zeros, ...last].map((group) => group.replace(/^0+(?=.)/, ''));
  return `${groups.slice(0, GROUPS / 2).join(':')}::/64`;
}

/** The last group may be an IPv4 address, which stands for two. */
function groupsOf(part: string): string[] {
  return part.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : group === '' ? [] : [group]));
}
