import type { ResourceRecord } from '../../../features/resources/resource.record.js';
import { accountsOf } from '../account-name.js';
import type { Incident } from '../demo.js';
import { timestamp } from '../moment.js';
import type { Period } from '../period.js';
import type { Person } from '../person.js';
import { Random } from '../random.js';
import type { ScriptedAudit } from '../scripted-audit.js';
import { auditDisabled } from './audit-disabled.js';
import { bulkRetrieval } from './bulk-retrieval.js';
import { dormantAccount } from './dormant-account.js';
import { loginBurst } from './login-burst.js';
import type { IncidentKind, Stage } from './plot.js';
import { serviceAccount } from './service-account.js';
import { twoCities } from './two-cities.js';
import { workOnLeave } from './work-on-leave.js';

/** Those for whom fewest people fit come first. */
const KINDS: readonly IncidentKind[] = [
  dormantAccount,
  serviceAccount,
  auditDisabled,
  workOnLeave,
  bulkRetrieval,
  loginBurst,
  twoCities,
];

const FULL_SIZE = KINDS.reduce((sum, { size }) => sum + size, 0);

export interface PlannedIncident {
  readonly incident: Incident;
  readonly person: Person;
  readonly audits: readonly ScriptedAudit[];
}

/**
 * Plans one incident of each kind, each with another user, in time order. Together they have at most `most` audits: where
 * that is little they shrink, and those that would no longer tell their story are left out.
 */
export function planIncidents(
  seed: number,
  people: readonly Person[],
  resources: readonly ResourceRecord[],
  period: Period,
  most: number,
): PlannedIncident[] {
  const scale = Math.min(1, most / FULL_SIZE);
  const random = new Random(seed, 'incidents');
  const accounts = accountsOf(resources);
  const used = new Set<Person>();
  const planned: PlannedIncident[] = [];
  for (const kind of KINDS) {
    const size = Math.floor(kind.size * scale);
    if (size < kind.least) continue;
    const stage: Stage = { random, period, accounts, people: people.filter((person) => !used.has(person)) };
    const one = planOne(kind, stage, size);
    if (one === undefined) continue;
    used.add(one.person);
    planned.push(one);
  }
  return planned.sort((a, b) => a.audits[0]!.at - b.audits[0]!.at);
}

function planOne(kind: IncidentKind, stage: Stage, size: number): PlannedIncident | undefined {
  const plot = kind.plan(stage, size);
  if (plot === undefined) return undefined;
  const { person, description, audits } = plot;
  const at = timestamp(audits[0]!.at);
  const incident = { at, userName: person.record.userName, kind: kind.kind, description, auditCount: audits.length };
  return { incident, person, audits };
}
