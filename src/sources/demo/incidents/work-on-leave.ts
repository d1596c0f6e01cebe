import { pluralize } from '../../../lib/pluralize.js';
import { dayOf, dayText, HOUR_MS } from '../calendar.js';
import { isOnLeave, leaveAround } from '../leave.js';
import { RETRIEVED } from '../operations.js';
import { mayOwn, type Person } from '../person.js';
import { act } from '../scripted-audit.js';
import { existing, type IncidentKind, momentOf, spread } from './plot.js';

const LASTING = 2 * HOUR_MS;

/** Somebody who is on leave works all the same. Not an owner: in their names others' requests are carried out any day. */
export const workOnLeave: IncidentKind = {
  kind: 'WORK_ON_LEAVE',
  size: 20,
  least: 2,
  plan(stage, size) {
    const candidates = stage.people.filter((person) => person.takesLeave && !mayOwn(person));
    for (const person of stage.random.sample(candidates, candidates.length)) {
      const at = momentOf(stage, 14.15, LASTING, (ms) => isDeepInLeave(person, ms));
      if (at === undefined) continue;
      const accounts = existing(person.holdings, at);
      const audits = spread(stage.random, at, LASTING, size).map((ms, i) =>
        i === 0 ? act(ms, person, person.login) : act(ms, person, RETRIEVED, stage.random.pick(accounts)),
      );
      const leave = leaveAround(person.leaveSeed, dayOf(at));
      const description = `Is on leave from ${dayText(leave.first)} to ${dayText(leave.last)}, and retrieved ${pluralize(size - 1, 'password')} in it`;
      return { person, description, audits };
    }
    return undefined;
  },
};

function isDeepInLeave(person: Person, at: number): boolean {
  if (at < person.worksFrom || at >= person.worksUntil) return false;
  const day = dayOf(at);
  return (
    [day - 1, day, day + 1].every((one) => isOnLeave(person.leaveSeed, one)) && existing(person.holdings, at).length > 0
  );
}
