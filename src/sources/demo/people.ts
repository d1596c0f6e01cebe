import { DAY_MS } from './calendar.js';
import { careerOf } from './career.js';
import { addressOf, DEPARTMENTS, DOMAIN, OFFICES, VPN_NETWORK } from './company.js';
import { timestamp } from './moment.js';
import { Names } from './names.js';
import { LOGGED_IN, LOGGED_IN_AD } from './operations.js';
import type { Period } from './period.js';
import type { Person } from './person.js';
import { Random } from './random.js';
import type { Shift } from './shift.js';
import { weighted } from './weighted.js';

const ROLES = weighted([
  ['Password User', 58],
  ['Connection User', 17],
  ['Password Administrator', 13],
  ['Password Auditor', 7],
  ['Cloud Administrator', 5],
]);

const SHIFTS = weighted<Shift>([
  ['DAY', 74],
  ['EARLY', 10],
  ['LATE', 10],
  ['NIGHT', 6],
]);

const CLIENTS = weighted<readonly [string, string]>([
  [['Web Client', 'Browser Extension'], 50],
  [['Browser Extension', 'Web Client'], 25],
  [['Desktop Client', 'Web Client'], 15],
  [['Mobile App', 'Web Client'], 10],
]);

const API_CLIENTS: readonly (readonly [string, string])[] = [
  ['REST API', 'REST API'],
  ['SDK', 'SDK'],
];

/** The company's people and API users, nothing shared with them yet. The first is a Privileged Administrator. */
export function makePeople(seed: number, count: number, period: Period): Person[] {
  const random = new Random(seed, 'people');
  const names = new Names(random);
  return Array.from({ length: count }, (_, index) => makePerson(random, names, index, period));
}

function makePerson(random: Random, names: Names, index: number, period: Period): Person {
  const api = index % 20 === 7;
  const role = roleOf(random, index, api);
  const name = api ? names.application() : names.person();
  const office = random.pick(OFFICES);
  const career = careerOf(random, index, role, api, period);
  return {
    index,
    record: {
      sourceId: `demo-user-${String(index + 1).padStart(5, '0')}`,
      ...name,
      email: api ? null : `${name.userName}@${DOMAIN}`,
      status: career.status,
      accessScope: index % 25 === 0 ? 'ALL' : 'OWNED_AND_SHARED',
      department: random.pick(DEPARTMENTS),
      location: office.city,
      roles: index === 0 ? [role, 'ManageEngine Integration'] : [role],
      grants: [],
      createdAt: timestamp(career.createdAt),
      modifiedAt: timestamp(career.modifiedAt),
      lastLoginAt: career.lastLoginAt === null ? null : timestamp(career.lastLoginAt),
      expiresAt: api || random.chance(0.06) ? timestamp(period.until + random.between(10, 400) * DAY_MS) : null,
    },
    role,
    office,
    shift: api ? 'ALWAYS' : index % 25 === 0 ? 'DAY' : SHIFTS.draw(random),
    activity: api ? 1 + random.next() * 1.5 : 0.3 + random.next() * 1.2,
    worksFrom: career.worksFrom,
    worksUntil: career.worksUntil,
    takesLeave: !api,
    leaveSeed: random.uint32(),
    address: addressOf(office.network, index),
    remoteAddress: addressOf(VPN_NETWORK, index),
    clientTypes: api ? API_CLIENTS[Math.floor(index / 20) % 2]! : CLIENTS.draw(random),
    login: !api && random.chance(0.7) ? LOGGED_IN_AD : LOGGED_IN,
    holdings: [],
  };
}

function roleOf(random: Random, index: number, api: boolean): string {
  if (index % 25 === 0) return index % 50 === 0 ? 'Privileged Administrator' : 'Administrator';
  return api ? 'Password User' : ROLES.draw(random);
}
