import type { ResourceRecord } from '../../features/resources/resource.record.js';
import { accountName } from './account-name.js';
import { SECOND_MS } from './calendar.js';
import { ACCOUNT_ADDED, PASSWORD_SHARED, RESOURCE_ADDED, RESOURCE_SHARED, USER_ADDED } from './operations.js';
import type { Period } from './period.js';
import type { Person } from './person.js';
import { act, type ScriptedAudit } from './scripted-audit.js';

/**
 * The audits of what came into being in the period: resources, their accounts, users, shares. Where there are more than
 * `most`, every n-th. In no order.
 */
export function milestones(
  people: readonly Person[],
  resources: readonly ResourceRecord[],
  period: Period,
  most: number,
): ScriptedAudit[] {
  const byName = new Map(people.map((person) => [person.record.userName, person]));
  const byId = new Map(resources.map((resource) => [resource.sourceId, resource]));
  const audits: ScriptedAudit[] = [];
  const add = (audit: ScriptedAudit): void => {
    if (audit.at >= period.from && audit.at < period.until) audits.push(audit);
  };
  for (const resource of resources) additionOf(resource, byName.get(resource.ownerName!)!).forEach(add);
  for (const person of people) {
    add(act(Date.parse(person.record.createdAt!), people[0]!, USER_ADDED, { user: person.record }));
    for (const audit of sharesWith(person, byId, byName)) add(audit);
  }
  return thinned(audits, most);
}

function additionOf(resource: ResourceRecord, owner: Person): ScriptedAudit[] {
  const at = Date.parse(resource.createdAt!);
  return [
    act(at, owner, RESOURCE_ADDED, resourceName(resource)),
    ...resource.accounts!.map((account, i) =>
      act(at + (i + 1) * 20 * SECOND_MS, owner, ACCOUNT_ADDED, accountName(resource, account)),
    ),
  ];
}

function resourceName({ sourceId, name }: ResourceRecord): { resourceSourceId: string; resourceName: string } {
  return { resourceSourceId: sourceId, resourceName: name };
}

function* sharesWith(
  person: Person,
  resources: ReadonlyMap<string, ResourceRecord>,
  people: ReadonlyMap<string, Person>,
): Generator<ScriptedAudit> {
  for (const grant of person.record.grants!) {
    const resource = resources.get(grant.resourceSourceId)!;
    const account = resource.accounts!.find(({ sourceId }) => sourceId === grant.accountSourceId);
    yield act(
      Date.parse(grant.grantedAt!),
      people.get(resource.ownerName!)!,
      account ? PASSWORD_SHARED : RESOURCE_SHARED,
      {
        ...(account ? accountName(resource, account) : resourceName(resource)),
        user: person.record,
      },
    );
  }
}

function thinned(audits: ScriptedAudit[], most: number): ScriptedAudit[] {
  if (audits.length <= most) return audits;
  const step = audits.length / most;
  return Array.from({ length: most }, (_, i) => audits[Math.floor(i * step)]!);
}
