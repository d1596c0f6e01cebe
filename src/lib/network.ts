import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

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

/** Returns an address without its zone, and an IPv4 address that a dual-stack socket writes as IPv6 as IPv4. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(.*)$/i.exec(address)?.[1];
  return mapped !== undefined && isIPv4(mapped) ? mapped : address.replace(/%.*$/, '');
}

/** Makes a test of whether a plain address is one of `networks`, which are written as 10.0.0.5 or 10.1.0.0/16. */
export function addressTest(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    list.addSubnet(address, Number(prefix ?? (family === 'ipv4' ? 32 : 128)), family);
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}
