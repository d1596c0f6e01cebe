import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';

/**
 * Datagrams for a UDP socket that the system has dropped since it was opened, since its buffer was full; 0 where the
 * system does not tell. Linux tells in the last column of /proc/net/udp (proc(5)).
 */
export function droppedByKernel(address: string, port: number): number {
  const table = isIPv4(address) ? '/proc/net/udp' : '/proc/net/udp6';
  try {
    return dropsIn(readFileSync(table, 'utf8'), address, port);
  } catch {
    return 0;
  }
}

/** The drops of the sockets of a table that are bound to an address and port. */
export function dropsIn(table: string, address: string, port: number): number {
  const local = `${inTable(address)}:${port.toString(16).padStart(4, '0').toUpperCase()}`;
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/));
  return rows.reduce((sum, row) => (row[1] === local ? sum + Number(row.at(-1)) : sum), 0);
}

/** As the table writes an address: the words of four bytes, each in the byte order of this machine. */
function inTable(address: string): string {
  const bytes = isIPv4(address) ? Buffer.from(address.split('.').map(Number)) : ipv6Bytes(address);
  const isLittle = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
  return (isLittle ? bytes.swap32() : bytes).toString('hex').toUpperCase();
}

function ipv6Bytes(address: string): Buffer {
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const first = groupsOf(head);
  const last = groupsOf(tail ?? '');
  const zeros = Array<string>(Math.max(8 - first.length - last.length, 0)).fill('0');
  const groups = tail === undefined ? first : [...first, ...zeros, ...last];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

function groupsOf(part: string): string[] {
  return part === '' ? [] : part.split(':');
}
