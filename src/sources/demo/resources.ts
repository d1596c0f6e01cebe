import type {
  CustomFieldRecord,
  PrivilegedAccountRecord,
  ResourceRecord,
} from '../../features/resources/resource.record.js';
import { DAY_MS } from './calendar.js';
import { DOMAIN, OFFICES } from './company.js';
import { groupBy } from './group-by.js';
import { timestamp, workingMoment } from './moment.js';
import type { Period } from './period.js';
import { mayOwn, type Person } from './person.js';
import { Random } from './random.js';
import { RESOURCE_TYPES, type ResourceType } from './resource-types.js';
import { Weighted, weighted } from './weighted.js';

const TYPES = new Weighted(
  RESOURCE_TYPES,
  RESOURCE_TYPES.map(({ weight }) => weight),
);

const POLICIES = weighted([
  ['Strong', 70],
  ['Medium', 22],
  ['Low', 8],
]);

const ENVIRONMENTS = weighted([
  ['Production', 55],
  ['Staging', 20],
  ['Test', 25],
]);

/** Three in four are older than the period. Each is owned by one of the people who may own, if possible of its department. */
export function makeResources(
  seed: number,
  count: number,
  people: readonly Person[],
  period: Period,
): ResourceRecord[] {
  const random = new Random(seed, 'resources');
  const owners = ownersOf(people);
  const numbering = new Map<string, number>();
  let accounts = 0;
  return Array.from({ length: count }, (_, index) => {
    const resource = makeResource(random, index, owners, numbering, period, accounts);
    accounts += resource.accounts!.length;
    return resource;
  });
}

function makeResource(
  random: Random,
  index: number,
  owners: Owners,
  numbering: Map<string, number>,
  period: Period,
  accountsBefore: number,
): ResourceRecord {
  const type = TYPES.draw(random);
  const office = random.pick(OFFICES);
  const department = random.pick(type.departments);
  const stem = `${office.code}-${type.prefix}`;
  const number = (numbering.get(stem) ?? 0) + 1;
  numbering.set(stem, number);
  const name = `${stem}-${String(number).padStart(2, '0')}`;
  const dnsName = `${name}.${DOMAIN}`;
  const created = random.chance(0.75)
    ? workingMoment(random, period.from - 1500 * DAY_MS, period.from)
    : workingMoment(random, period.from, period.until);
  const environment = ENVIRONMENTS.draw(random);
  return {
    sourceId: `demo-resource-${String(index + 1).padStart(5, '0')}`,
    name,
    type: type.type,
    description: `${type.description}, ${environment.toLowerCase()}`,
    dnsName,
    domainName: type.type === 'Windows' || type.type === 'MS SQL' ? 'NORTHWIND' : null,
    url: type.url?.replace('{host}', dnsName) ?? null,
    department,
    location: office.city,
    ownerName: random.pick(owners.byDepartment.get(department) ?? owners.all).record.userName,
    passwordPolicy: POLICIES.draw(random),
    createdAt: timestamp(created),
    modifiedAt: timestamp(created + random.int(period.until - created)),
    lastAccessedAt: random.chance(0.93) ? timestamp(lately(random, created, period)) : null,
    accounts: makeAccounts(random, type, created, period, accountsBefore),
    customFields: makeCustomFields(random, environment),
  };
}

interface Owners {
  readonly all: readonly Person[];
  readonly byDepartment: ReadonlyMap<string, readonly Person[]>;
}

function ownersOf(people: readonly Person[]): Owners {
  const all = people.filter(mayOwn);
  return { all, byDepartment: groupBy(all, (owner) => owner.record.department!) };
}

function makeAccounts(
  random: Random,
  type: ResourceType,
  created: number,
  period: Period,
  before: number,
): PrivilegedAccountRecord[] {
  const count = 1 + Math.floor(random.next() * random.next() * type.accounts.length);
  return type.accounts.slice(0, count).map((name, i) => {
    const compliant = random.chance(0.88);
    return {
      sourceId: `demo-account-${String(before + i + 1).padStart(6, '0')}`,
      name,
      description: i === 0 ? 'Built-in account' : null,
      passwordStatus: random.chance(0.9) ? '****' : '[Request]',
      passwordPolicy: POLICIES.draw(random),
      expiryStatus: random.chance(0.85) ? 'Valid' : 'Expired',
      compliant,
      complianceReason: compliant
        ? null
        : random.pick(['Password is older than the policy allows', 'Password is too short']),
      lastAccessedAt: random.chance(0.85) ? timestamp(lately(random, created, period)) : null,
      lastModifiedAt: timestamp(created + random.int(period.until - created)),
    };
  });
}

function makeCustomFields(random: Random, environment: string): CustomFieldRecord[] {
  const fields: CustomFieldRecord[] = [
    { label: 'Environment', value: environment },
    { label: 'Cost Center', value: `CC-${random.between(1000, 1060)}` },
  ];
  if (random.chance(0.4)) fields.push({ label: 'Asset Tag', value: `NW${random.between(100_000, 999_999)}` });
  if (random.chance(0.2)) fields.push({ label: 'Support Contract', value: random.pick(['Gold', 'Silver', 'None']) });
  return fields;
}

/** A moment of the last weeks, not before the creation. */
function lately(random: Random, created: number, period: Period): number {
  const span = Math.min(period.until - created, 45 * DAY_MS);
  return period.until - 1 - Math.floor(random.next() * random.next() * span);
}
