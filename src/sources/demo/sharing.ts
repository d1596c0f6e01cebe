import type { ResourceRecord } from '../../features/resources/resource.record.js';
import type { GrantRecord } from '../../features/users/user-account.record.js';
import { accountName } from './account-name.js';
import { DAY_MS } from './calendar.js';
import { groupBy } from './group-by.js';
import { timestamp } from './moment.js';
import type { Period } from './period.js';
import { type Holding, isApiUser, isDormant, type Person } from './person.js';
import { Random } from './random.js';
import { type Weighted, weighted } from './weighted.js';

type Level = GrantRecord['level'];

const LEVELS = weighted<Level>([
  ['VIEW', 55],
  ['MODIFY', 25],
  ['FULL_ACCESS', 8],
  ['REMOTE_APP_ONLY', 12],
]);

const LEVELS_OF_ROLE: Readonly<Record<string, Weighted<Level>>> = {
  'Connection User': weighted<Level>([
    ['REMOTE_APP_ONLY', 75],
    ['VIEW', 25],
  ]),
  'Password Auditor': weighted<Level>([
    ['VIEW', 85],
    ['REMOTE_APP_ONLY', 15],
  ]),
};

const API_LEVELS = weighted<Level>([
  ['VIEW', 80],
  ['MODIFY', 20],
]);

/**
 * Shares resources and single accounts with the people, mostly those of their department, and fills their holdings
 * with what they use of it and of what they own.
 */
export function share(
  seed: number,
  people: readonly Person[],
  resources: readonly ResourceRecord[],
  period: Period,
): void {
  const random = new Random(seed, 'sharing');
  const byDepartment = groupBy(resources, (resource) => resource.department!);
  const byOwner = groupBy(resources, (resource) => resource.ownerName!);
  for (const person of people) {
    const near = byDepartment.get(person.record.department!) ?? resources;
    const wanted = isApiUser(person) ? random.between(2, 8) : random.between(4, 18);
    const chosen = new Set<ResourceRecord>();
    for (let i = 0; i < wanted; i++) chosen.add(random.pick(random.chance(0.85) ? near : resources));
    const holdings: Holding[] = [];
    for (const resource of byOwner.get(person.record.userName) ?? []) {
      chosen.delete(resource);
      hold(random, holdings, resource, 'FULL_ACCESS', Date.parse(resource.createdAt!));
    }
    for (const resource of chosen) grant(random, person, resource, holdings, period);
    person.holdings.push(...random.sample(holdings, holdings.length));
  }
}

function grant(random: Random, person: Person, resource: ResourceRecord, holdings: Holding[], period: Period): void {
  const earliest = Math.max(Date.parse(resource.createdAt!), Date.parse(person.record.createdAt!));
  const latest = isDormant(person) ? Math.max(earliest + 1, period.from) : period.until;
  const span = latest - earliest;
  const since = earliest + random.int(random.chance(0.8) ? Math.min(span, 40 * DAY_MS) : span);
  const levels = isApiUser(person) ? API_LEVELS : (LEVELS_OF_ROLE[person.role] ?? LEVELS);
  const level = levels.draw(random);
  const common = { level, resourceSourceId: resource.sourceId, grantedAt: timestamp(since) };
  const grants = person.record.grants!;
  if (random.chance(0.65)) {
    grants.push(common);
    hold(random, holdings, resource, level, since);
    return;
  }
  for (const account of random.sample(resource.accounts!, random.between(1, 2))) {
    grants.push({ ...common, accountSourceId: account.sourceId! });
    holdings.push({ account: accountName(resource, account), level, since });
  }
}

/** Of a whole resource people use one to three accounts. */
function hold(random: Random, holdings: Holding[], resource: ResourceRecord, level: Level, since: number): void {
  for (const account of random.sample(resource.accounts!, random.between(1, 3))) {
    holdings.push({ account: accountName(resource, account), level, since });
  }
}
