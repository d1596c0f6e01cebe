import type { DemoOptions, DemoWorld } from './demo.js';
import { planIncidents } from './incidents/plan-incidents.js';
import { milestones } from './milestones.js';
import { makePeople } from './people.js';
import { type Period, periodOf } from './period.js';
import { isDormant } from './person.js';
import { makeResources } from './resources.js';
import { share } from './sharing.js';

export type { DemoOptions, DemoWorld, Incident } from './demo.js';
export { demoAudits } from './demo-audits.js';

/** Incidents, and what came into being in the period, take at most this share of the audits each. */
const SHARE = 0.1;

/**
 * Makes the users and resources of a company and plans what is unusual: the same options, the same world. Throws
 * RangeError for options that no data can be made of, DateTimeError for an `until` that is no date-time.
 */
export function makeWorld(options: DemoOptions): DemoWorld {
  const period: Period = periodOf(options);
  const people = makePeople(options.seed, options.users, period);
  const resources = makeResources(options.seed, options.resources, people, period);
  share(options.seed, people, resources, period);
  const most = Math.floor(options.audits * SHARE);
  const planned = planIncidents(options.seed, people, resources, period, most);
  const script = [...planned.flatMap(({ audits }) => audits), ...milestones(people, resources, period, most)];
  for (const { person, incident } of planned) if (isDormant(person)) person.record.lastLoginAt = incident.at;
  return {
    users: people.map(({ record }) => record),
    resources,
    incidents: planned.map(({ incident }) => incident),
    people,
    script: script.sort((a, b) => a.at - b.at),
  };
}
