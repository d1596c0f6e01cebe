import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';

/** RFC 1035, 2.3.4, without the dot of the root. */
const MAX_NAME_LENGTH = 253;

/** Letters, digits and hyphens, and underscores, which Windows allows in the name of a machine. */
const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;

const EXAMPLE = 'write the name alone, as in analytics.example.com';

const errors: readonly [RegExp, string][] = [
  [/^$/, `the host name is empty: ${EXAMPLE}`],
  [/[\s\p{C}]/u, `the host name contains a space or a character that cannot be seen: ${EXAMPLE}`],
  [/:\/\//, `the host name carries a scheme: ${EXAMPLE}`],
  [/@/, `the host name carries a user name: ${EXAMPLE}`],
  [/[/\\?#]/, `the host name carries a path: ${EXAMPLE}`],
  [/^[^:]*:\d*$|^\[.*\]:\d*$/, `the host name carries a port: ${EXAMPLE}, and the port in portNumber`],
  [/[:[\]]/, 'the host name is no IPv6 address: write one as in 2001:db8::10, without a zone, or a DNS name'],
  [/%/, `the host name carries a percent sign: ${EXAMPLE}`],
  [
    // The system reads 127.1, 0x7f.1 and 2130706433 as addresses.
    /(^|\.)(\d+|0x[0-9a-f]*)\.?$/i,
    'the host name is no IPv4 address: write four decimal numbers, as in 192.0.2.10, or a DNS name that does not end in a number',
  ],
];

/**
 * What is wrong with the DNS name or address of a host as an administrator typed it; undefined where nothing is. Names in
 * other scripts are allowed, as is the dot of the root.
 */
export function hostNameError(hostName: string): string | undefined {
  if (isAddress(hostName)) return undefined;
  const [, error] = errors.find(([pattern]) => pattern.test(hostName)) ?? [];
  if (error) return error;
  const name = hostName.length > MAX_NAME_LENGTH + 1 ? hostName : normalHostName(hostName);
  if (name.length > MAX_NAME_LENGTH) return `the host name is longer than ${MAX_NAME_LENGTH} characters: ${EXAMPLE}`;
  const isName = !isIPv4(name) && name.split('.').every((label) => LABEL.test(label));
  return isName
    ? undefined
    : `the host name is no DNS name: ${EXAMPLE}; each part has 1 to 63 letters, digits and hyphens, and no hyphen at its ends`;
}

/**
 * The one form in which a host name without fault is stored, compared and connected to: lower case, ASCII, no brackets
 * around an address, no dot at the end.
 */
export function normalHostName(hostName: string): string {
  const address = withoutBrackets(hostName);
  if (isIPv6(address)) return new URL(`http://[${address}]`).hostname.slice(1, -1);
  return domainToASCII(hostName).replace(/\.$/, '');
}

/** What is wrong with a port number; undefined where nothing is. */
export function portError(port: number): string | undefined {
  return Number.isInteger(port) && port >= 1 && port <= 65_535
    ? undefined
    : 'the port number is not in the range of 1 to 65535: write the port that Analytics Plus listens on, as in 8443';
}

/** A zone (fe80::1%eth0) is one of this machine only. */
function isAddress(hostName: string): boolean {
  const address = withoutBrackets(hostName);
  return isIPv4(hostName.replace(/\.$/, '')) || (isIPv6(address) && !address.includes('%'));
}

function withoutBrackets(hostName: string): string {
  return /^\[.*\]$/.test(hostName) ? hostName.slice(1, -1) : hostName;
}
