import { BlockList, isIPv4, isIPv6 } from 'node:net';

const loopback = listOf('127.0.0.0/8', '::1/128');

/**
 * What is never connected to: networks of IANA's special-purpose registries (RFC 6890) in which no server for people can
 * be, and the addresses at which clouds give out credentials. Link-local holds 169.254.169.254, the most common of those.
 */
const never = listOf(
  '0.0.0.0/8', // this host
  '169.254.0.0/16', // link-local
  '192.0.0.0/24', // protocol assignments; 192.0.0.192 is Oracle's metadata
  '192.0.2.0/24', // documentation
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and the broadcast
  '100.100.100.200/32', // Alibaba's metadata
  '168.63.129.16/32', // Azure's metadata
  '::/96', // unspecified, and the forms of IPv4 that RFC 4291 gave up
  '100::/64', // discard-only
  '2001:db8::/32', // documentation
  '3fff::/20', // documentation
  'fe80::/10', // link-local
  'ff00::/8', // multicast
  'fd00:ec2::/32', // Amazon's metadata
  'fd20:ce::254/128', // Google's metadata
  'fd00:c1::a9fe:a9fe/128', // Oracle's metadata
  'fd00:42::42/128', // Scaleway's metadata
  'fd00:a9fe:a9fe::1/128', // Akamai's metadata
  'fd00:100::100:200/128', // Alibaba's metadata
);

/** From the best to the worst. */
const kinds = ['ALLOWED', 'LOOPBACK', 'REFUSED'] as const;

/** How an address may be used: by anybody, only where loopback is allowed, or never. */
export type AddressKind = (typeof kinds)[number];

/** The kind of an address, or of an IPv4 address that it carries, whichever is worse. What is no address is refused. */
export function kindOf(address: string): AddressKind {
  if (isIPv4(address)) return kindOfOne(address, 'ipv4');
  if (!isIPv6(address) || address.includes('%')) return 'REFUSED';
  const found = [kindOfOne(address, 'ipv6'), ...kindsCarried(bytesOf(address))];
  return kinds.findLast((kind) => found.includes(kind))!;
}

function kindOfOne(address: string, family: 'ipv4' | 'ipv6'): AddressKind {
  if (loopback.check(address, family)) return 'LOOPBACK';
  return never.check(address, family) ? 'REFUSED' : 'ALLOWED';
}

/** The kinds of the IPv4 addresses within an IPv6 address that something on the way turns back into IPv4. */
function kindsCarried(bytes: readonly number[]): AddressKind[] {
  const kindAt = (...places: number[]): AddressKind => kindOfOne(places.map((at) => bytes[at]).join('.'), 'ipv4');
  const startsWith = (...start: number[]) => start.every((byte, at) => bytes[at] === byte);
  const last = () => kindAt(12, 13, 14, 15);
  const zeros = Array<number>(8).fill(0);
  if (startsWith(...zeros, 0, 0, 0xff, 0xff) || startsWith(...zeros, 0xff, 0xff, 0, 0)) return [last()]; // mapped, RFC 2765
  if (startsWith(0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0)) return [last()]; // RFC 6052
  if (startsWith(0, 0x64, 0xff, 0x9b, 0, 1)) return [last(), ...kindsTranslated(bytes, kindAt)];
  if (startsWith(0x20, 0x02)) return [kindAt(2, 3, 4, 5)]; // 6to4, RFC 3056
  if (startsWith(0x20, 0x01, 0, 0)) return [kindAt(4, 5, 6, 7), kindOfOne(client(bytes), 'ipv4')]; // Teredo, RFC 4380
  return [];
}

/**
 * 64:ff9b:1::/48 (RFC 8215) is cut up by whoever runs the translator: by a prefix of 48, 56 or 64 bits, too, the address
 * stands at these places (RFC 6052, 2.2). Under a longer prefix the same places mostly begin with a zero, which says
 * nothing.
 */
function kindsTranslated(bytes: readonly number[], kindAt: (...places: number[]) => AddressKind): AddressKind[] {
  const forms = [
    [6, 7, 9, 10],
    [7, 9, 10, 11],
    [9, 10, 11, 12],
  ];
  return forms.filter(([first]) => bytes[first!] !== 0).map((places) => kindAt(...places));
}

/** Teredo turns every bit of the client's address over. */
function client(bytes: readonly number[]): string {
  return bytes
    .slice(12)
    .map((byte) => byte ^ 0xff)
    .join('.');
}

function bytesOf(address: string): number[] {
  const plain = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [before = [], after = []] = plain.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after]
    .map((group) => Number.parseInt(group, 16))
    .flatMap((group) => [group >> 8, group & 0xff]);
}

function listOf(...networks: string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address, bits] = network.split('/');
    list.addSubnet(address!, Number(bits), isIPv4(address!) ? 'ipv4' : 'ipv6');
  }
  return list;
}
