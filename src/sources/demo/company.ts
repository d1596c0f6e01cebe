/** The company that the demo data is of. */
export interface Office {
  readonly city: string;
  readonly code: string;
  /** The second number of its 10.x.y.z addresses. */
  readonly network: number;
}

export const OFFICES: readonly Office[] = [
  { city: 'London', code: 'lon', network: 10 },
  { city: 'Dublin', code: 'dub', network: 20 },
  { city: 'Lisbon', code: 'lis', network: 30 },
  { city: 'Amsterdam', code: 'ams', network: 40 },
  { city: 'Warsaw', code: 'waw', network: 50 },
];

export const VPN_NETWORK = 200;

export const DEPARTMENTS = [
  'IT Operations',
  'Network Operations',
  'Database Administration',
  'Security Operations',
  'Cloud Platform',
  'Software Engineering',
  'Finance Systems',
  'Plant Systems',
] as const;

export type Department = (typeof DEPARTMENTS)[number];

export const DOMAIN = 'northwind.example';

/** The n-th address of a network; different for each n below 625,000. */
export function addressOf(network: number, n: number): string {
  return `10.${network + (Math.floor(n / 62_500) % 10)}.${Math.floor(n / 250) % 250}.${(n % 250) + 1}`;
}
