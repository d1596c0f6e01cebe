import 'reflect-metadata';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kindOf } from '../../../../src/features/integration/diagnostics/addresses.js';
import { portRefusal } from '../../../../src/features/integration/diagnostics/ports.js';
import { usable } from '../../../../src/features/integration/diagnostics/resolve.js';

const refused4 = [
  '0.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '255.255.255.255/32',
  '100.100.100.200/32',
  '168.63.129.16/32',
];
const allowed4 = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '8.0.0.0/8', '100.64.0.0/11', '198.18.0.0/15'];

/** Addresses of networks of IPv4, as bytes. */
const within4 = (networks: readonly string[]): fc.Arbitrary<number[]> =>
  fc.tuple(fc.constantFrom(...networks), fc.nat(2 ** 32 - 1)).map(([network, random]) => {
    const [address, bits] = network.split('/');
    const start = address!.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
    const value = start + (random % 2 ** (32 - Number(bits)));
    return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256);
  });

const hex = (...bytes: number[]) => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** How an IPv6 address may carry an IPv4 address. */
const forms: Record<string, (a: number, b: number, c: number, d: number) => string> = {
  mapped: (...bytes) => `::ffff:${bytes.join('.')}`,
  'mapped, in hexadecimal': (a, b, c, d) => `0:0:0:0:0:FFFF:${hex(a, b)}:${hex(c, d)}`,
  'translated by RFC 2765': (a, b, c, d) => `::ffff:0:${hex(a, b)}:${hex(c, d)}`,
  'translated by NAT64': (...bytes) => `64:ff9b::${bytes.join('.')}`,
  'translated locally': (...bytes) => `64:ff9b:1::${bytes.join('.')}`,
  '6to4': (a, b, c, d) => `2002:${hex(a, b)}:${hex(c, d)}::1`,
  'of a Teredo server': (a, b, c, d) => `2001:0:${hex(a, b)}:${hex(c, d)}:0:0:f5ff:fffe`,
  'of a Teredo client': (a, b, c, d) => `2001:0:a00:1:0:0:${hex(a ^ 255, b ^ 255)}:${hex(c ^ 255, d ^ 255)}`,
};

/** Translated under a shorter prefix, with an end that looks well. */
const shorter: typeof forms = {
  'under a prefix of 48 bits': (a, b, c, d) => `64:ff9b:1:${hex(a, b)}:${hex(0, c)}:${hex(d, 0)}:a00:1`,
  'under a prefix of 56 bits': (a, b, c, d) => `64:ff9b:1:${hex(0, a)}:${hex(0, b)}:${hex(c, d)}:a00:1`,
  'under a prefix of 64 bits': (a, b, c, d) => `64:ff9b:1:0:${hex(0, a)}:${hex(b, c)}:${hex(d, 0)}:a00`,
};

type Bytes = [number, number, number, number];

function expectKind(networks: readonly string[], write: (...bytes: Bytes) => string, kind: RegExp): void {
  fc.assert(
    fc.property(within4(networks), (bytes) => {
      expect(kindOf(write(...(bytes as Bytes)))).toMatch(kind);
    }),
  );
}

describe('an address of IPv4', () => {
  test.each(refused4)('of %s is refused', (network) =>
    expectKind([network], (...bytes) => bytes.join('.'), /^REFUSED$/),
  );
  test.each(allowed4)('of %s is allowed', (network) =>
    expectKind([network], (...bytes) => bytes.join('.'), /^ALLOWED$/),
  );
  test('of 127.0.0.0/8 is this machine', () =>
    expectKind(['127.0.0.0/8'], (...bytes) => bytes.join('.'), /^LOOPBACK$/));
});

describe.each(Object.entries(forms))('an address of IPv4 that is %s', (_name, write) => {
  test('is refused like the address itself', () => expectKind(refused4, write, /^REFUSED$/));
  test('is allowed like the address itself', () => expectKind(allowed4, write, /^ALLOWED$/));
  test('is this machine like the address itself', () => expectKind(['127.0.0.0/8'], write, /^LOOPBACK$/));
});

describe.each(Object.entries(shorter))('an address of IPv4 that is translated %s', (_name, write) => {
  test('is refused like the address itself', () => expectKind(refused4.slice(1), write, /^REFUSED$/));
  // What the bytes mean under another prefix may be worse.
  test('is at best this machine like the address itself', () =>
    expectKind(['127.0.0.0/8'], write, /^(LOOPBACK|REFUSED)$/));
});

describe('an address of IPv6', () => {
  const refused6: [string, number][] = [
    ['::', 96],
    ['100::', 64],
    ['2001:db8::', 32],
    ['3fff::', 20],
    ['fe80::', 10],
    ['ff00::', 8],
    ['fd00:ec2::', 32],
  ];
  const random = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });

  const written = (value: bigint) => (value.toString(16).padStart(32, '0').match(/.{4}/g) ?? []).join(':');
  const startOf = (network: string) => {
    const groups = network.split(':').filter(Boolean);
    return BigInt(
      `0x${[...groups, ...Array(8 - groups.length).fill('0')].map((group) => group.padStart(4, '0')).join('')}`,
    );
  };

  test.each(refused6)('of %s/%i is refused', (network, bits) => {
    const host = 2n ** BigInt(128 - bits);
    fc.assert(
      fc.property(random, (value) => {
        const address = written(startOf(network) + (value % host));
        if (!/^(0000:){7}0001$/.test(address)) expect(kindOf(address)).toBe('REFUSED');
      }),
    );
  });

  test.each([
    ['::1', 'LOOPBACK'],
    ['0:0:0:0:0:0:0:1', 'LOOPBACK'],
    ['::', 'REFUSED'],
    ['fd20:ce::254', 'REFUSED'],
    ['fd00:c1::a9fe:a9fe', 'REFUSED'],
    ['fe80::1%eth0', 'REFUSED'],
    ['febf::1', 'REFUSED'],
    ['fd12:3456:789a::10', 'ALLOWED'],
    ['2606:4700::1111', 'ALLOWED'],
    ['2001:470::1', 'ALLOWED'],
    ['fec0::1', 'ALLOWED'],
    ['64:ff9b:2::7f00:1', 'ALLOWED'],
    ['localhost', 'REFUSED'],
    ['', 'REFUSED'],
  ])('%s: %s', (address, kind) => expect(kindOf(address)).toBe(kind));
});

test.each<[string[], boolean, string[]]>([
  [['10.0.0.5'], false, ['10.0.0.5']],
  [['169.254.169.254', '10.0.0.5', '10.0.0.6'], false, ['10.0.0.5']],
  [['fe80::1', '10.0.0.5', 'fd12::5', 'fd12::6'], false, ['10.0.0.5', 'fd12::5']],
  [['fd12::5', '10.0.0.5'], false, ['fd12::5', '10.0.0.5']],
  [['127.0.0.1', '10.0.0.5'], false, ['10.0.0.5']],
  [['::1', '127.0.0.1'], true, ['::1', '127.0.0.1']],
  [['::1', '127.0.0.1'], false, []],
  [['::ffff:169.254.169.254', '0.0.0.0'], true, []],
])('of the addresses %j, loopback allowed: %s, those used are %j', (addresses, allowLoopback, used) =>
  expect(usable(addresses, allowLoopback)).toEqual(used),
);

describe('a port', () => {
  test.each([443, 8443, 80, 8080, 1024, 8282, 9443, 65_535])('%i may be connected to', (port) =>
    expect(portRefusal(port)).toBeUndefined(),
  );
  test.each([
    0, 22, 25, 110, 389, 445, 636, 1023, 1433, 1521, 2525, 3306, 3389, 5432, 6379, 9200, 11211, 27017, 65_536,
  ])('%i is never connected to', (port) => expect(portRefusal(port)).toMatch(/never connected to$/));
});
