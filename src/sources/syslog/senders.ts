import { BlockList, isIP, isIPv4 } from 'node:net';

/** An IPv4 address that a socket of both writes as IPv6 is the same address. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(.*)$/i.exec(address)?.[1];
  return mapped !== undefined && isIPv4(mapped) ? mapped : address.replace(/%.*$/, '');
}

/** Says of a plain address whether it is in one of these networks, as in 10.0.0.5 or 10.1.0.0/16. Of none, all are. */
export function allowedSenders(networks: readonly string[]): (address: string) => boolean {
  if (networks.length === 0) return () => true;
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    list.addSubnet(address, Number(prefix ?? (family === 'ipv4' ? 32 : 128)), family);
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}
