import type { UserAccountRecord } from '../../features/users/user-account.record.js';
import { DAY_MS, HOUR_MS } from './calendar.js';
import { workingMoment } from './moment.js';
import type { Period } from './period.js';
import type { Random } from './random.js';

/** The dates of a user account and of the work that is done with it, in milliseconds since 1970. */
export interface Career {
  readonly status: NonNullable<UserAccountRecord['status']>;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly lastLoginAt: number | null;
  readonly worksFrom: number;
  readonly worksUntil: number;
}

const JOINERS = 0.18;

/** Most have been there since before the period; some join in it, some leave or are locked out, a few are dormant. */
export function careerOf(random: Random, index: number, role: string, api: boolean, period: Period): Career {
  const { from, until } = period;
  const createdAt = workingMoment(random, from - 1500 * DAY_MS, from - 450 * DAY_MS);
  const modifiedAt = createdAt + random.int(until - createdAt);
  if (index % 200 === 5) {
    const lastLoginAt = from - random.between(30, 400) * DAY_MS;
    return {
      status: 'ACTIVE',
      createdAt,
      modifiedAt: Math.min(modifiedAt, lastLoginAt),
      lastLoginAt,
      worksFrom: from,
      worksUntil: from,
    };
  }
  if (index % 40 === 11) return departed(random, createdAt, index % 80 === 11 ? 'DISABLED' : 'LOCKED', period);
  const recently = until - random.int(Math.min(3 * DAY_MS, until - from));
  if (!api && role === 'Password User' && random.chance(JOINERS)) {
    const joined = workingMoment(random, from, until);
    return {
      status: 'ACTIVE',
      createdAt: joined,
      modifiedAt: joined,
      lastLoginAt: Math.max(joined, recently),
      worksFrom: joined,
      worksUntil: until,
    };
  }
  return {
    status: 'ACTIVE',
    createdAt,
    modifiedAt,
    lastLoginAt: api ? null : recently,
    worksFrom: from,
    worksUntil: until,
  };
}

/** A disabled one stopped somewhere in the period, a locked one in its last days. */
function departed(random: Random, createdAt: number, status: 'DISABLED' | 'LOCKED', period: Period): Career {
  const span = period.until - period.from;
  const back = random.int(status === 'LOCKED' ? Math.min(4 * DAY_MS, span) : span);
  const lastLoginAt = period.until - 1 - back;
  const modifiedAt = Math.min(period.until - 1, lastLoginAt + random.int(20 * HOUR_MS));
  return { status, createdAt, modifiedAt, lastLoginAt, worksFrom: period.from, worksUntil: lastLoginAt };
}
