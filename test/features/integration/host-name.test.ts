import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostNameError, normalHostName, portError } from '../../../src/features/integration/host-name.js';

describe('a host name', () => {
  test.each([
    ['analytics.example.com', 'analytics.example.com'],
    ['Analytics.Example.COM.', 'analytics.example.com'],
    ['localhost', 'localhost'],
    ['WIN_SRV-01', 'win_srv-01'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['BÜCHER.example', 'xn--bcher-kva.example'],
    ['例え。テスト', 'xn--r8jz45g.xn--zckzah'],
    ['192.0.2.10', '192.0.2.10'],
    ['192.0.2.10.', '192.0.2.10'],
    ['2001:DB8::10', '2001:db8::10'],
    ['[2001:db8:0:0:0:0:0:10]', '2001:db8::10'],
    ['::ffff:10.0.0.1', '::ffff:a00:1'],
    ['1.example', '1.example'],
    ['0x7f.example', '0x7f.example'],
    [`${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`],
  ])('%s is stored as %s', (hostName, stored) => {
    expect(hostNameError(hostName)).toBeUndefined();
    expect(normalHostName(hostName)).toBe(stored);
  });

  test.each([
    ['', 'is empty'],
    [' analytics.example', 'a space'],
    ['analytics\u200b.example', 'cannot be seen'],
    ['analytics.example\0', 'cannot be seen'],
    ['https://analytics.example', 'carries a scheme'],
    ['ann@analytics.example', 'carries a user name'],
    ['%6cocalhost', 'carries a percent sign'],
    ['analytics.example/', 'carries a path'],
    ['analytics.example?x', 'carries a path'],
    ['analytics.example#x', 'carries a path'],
    ['analytics.example\\x', 'carries a path'],
    ['analytics.example:8443', 'carries a port'],
    ['analytics.example:', 'carries a port'],
    ['[2001:db8::10]:8443', 'carries a port'],
    ['[2001:db8::10', 'no IPv6 address'],
    ['fe80::1%eth0', 'no IPv6 address'],
    ['[127.0.0.1]', 'no IPv6 address'],
    ['12345::', 'no IPv6 address'],
    ['127.1', 'no IPv4 address'],
    ['0x7f.1', 'no IPv4 address'],
    ['2130706433', 'no IPv4 address'],
    ['0177.0.0.1', 'no IPv4 address'],
    ['127.0.0.0x1', 'no IPv4 address'],
    ['1.2.3.4.5', 'no IPv4 address'],
    ['256.0.0.1', 'no IPv4 address'],
    ['example.0x', 'no IPv4 address'],
    ['１２７.0.0.1', 'no IPv4 address'],
    ['１２７.１', 'no DNS name'],
    ['analytics..example', 'no DNS name'],
    ['.example', 'no DNS name'],
    ['.', 'no DNS name'],
    ['-a.example', 'no DNS name'],
    ['a-.example', 'no DNS name'],
    ['a%2e.example', 'carries a percent sign'],
    ['a!b.example', 'no DNS name'],
    ['xn--99999999.example', 'no DNS name'],
    ['℀.example', 'no DNS name'],
    [`${'a'.repeat(64)}.example`, 'no DNS name'],
    [`${'é'.repeat(60)}.example`, 'no DNS name'],
    [`${'a.'.repeat(127)}b`, 'longer than 253'],
    [`${'é.'.repeat(60)}b`, 'longer than 253'],
  ])('%j: %s', (hostName, error) => {
    expect(hostNameError(hostName)).toContain(error);
  });

  test('has no fault in the form that is stored, and is stored as that again', () => {
    const names = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6(), fc.string(), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(names, (name) => {
        if (hostNameError(name)) return;
        const stored = normalHostName(name);
        expect(stored).toMatch(/^[\x21-\x7e]{1,253}$/);
        expect(hostNameError(stored)).toBeUndefined();
        expect(normalHostName(stored)).toBe(stored);
        expect(new URL(`https://${stored.includes(':') ? `[${stored}]` : stored}:8443/`).hostname).toContain(stored);
      }),
    );
  });
});

test.each([1, 443, 8443, 65_535])('%d is a port', (port) => expect(portError(port)).toBeUndefined());
test.each([0, -1, 65_536, 1.5, Number.NaN])('%d is no port', (port) => expect(portError(port)).toContain('1 to 65535'));
