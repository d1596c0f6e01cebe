import { isIPv6 } from 'node:net';

/** Where Analytics Plus is, as an administrator saved it. */
export interface Target {
  readonly hostName: string;
  readonly portNumber: number;
}

/** The Host header of a request to a target whose host name is in its normal form. */
export function hostHeader({ hostName, portNumber }: Target): string {
  return `${isIPv6(hostName) ? `[${hostName}]` : hostName}:${portNumber}`;
}
