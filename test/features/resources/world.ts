import fc from 'fast-check';
import sql from 'sql-template-tag';
import { expect } from 'vitest';
import type { Database } from '../../../src/database/db.js';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import { storeUserAccounts } from '../../../src/features/resources/access-grant.service.js';
import { deleteResources, recordResources } from '../../../src/features/resources/resource.service.js';
import { anActor, type Gateway } from '../../helpers/gateway.js';

const USERS = 3;
const RESOURCES = 5;
const ACCOUNTS = ['a', 'b'];

/** `account` null: the whole resource. */
export interface Grant {
  readonly resource: number;
  readonly account: string | null;
}

export interface User {
  readonly number: number;
  readonly userName: string;
}

export interface SeenAudit {
  readonly id: string;
  readonly occurredAt: string;
  readonly operation: string;
  readonly operatedBy: string;
  readonly resourceId: string | null;
  readonly resourceName: string | null;
  readonly accountId: string | null;
}

/** The fields of a resource that tell what is shown of it. */
export const resourceFields =
  'name type description department lastAccessedAt ownerName accountCount customFields { value } accounts { name }';

export type SeenResource = { readonly name: string; readonly accounts: readonly { readonly name: string }[] } & Record<
  string,
  unknown
>;

const user = fc.nat(USERS - 1);
const resource = fc.nat(RESOURCES - 1);
const grant = fc.record({ resource, account: fc.constantFrom(null, ...ACCOUNTS) });
const accounts = fc.subarray(ACCOUNTS);

export const step = fc.oneof(
  fc.record({ kind: fc.constant('own' as const), resource, owner: fc.option(user) }),
  fc.record({ kind: fc.constant('grant' as const), user, grants: fc.array(grant, { maxLength: 3 }) }),
  fc.record({ kind: fc.constant('delete' as const), resource }),
  fc.record({ kind: fc.constant('accounts' as const), resource, accounts, suffix: fc.constantFrom('', ' renamed') }),
  fc.record({ kind: fc.constant('rename' as const), user }),
  fc.record({
    kind: fc.constant('audit' as const),
    by: user,
    resource: fc.option(resource),
    account: fc.option(fc.constantFrom(...ACCOUNTS)),
  }),
);
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Users, resources, what was shared and what was done, in the database and beside it in memory. */
export class World {
  readonly #db: Database;
  /** The owners of the resources that there are. */
  readonly #owners = new Map<number, number | null>();
  /** The names of the accounts of each of them, by what their source calls them. */
  readonly #accounts = new Map<number, ReadonlyMap<string, string>>();
  readonly #grants = new Map<number, readonly Grant[]>();
  readonly #renamed = new Set<number>();
  /** Who did each audit, by its time. */
  readonly #operators = new Map<string, number>();
  /** What the source calls the owner of each resource. */
  readonly #ownerNames = new Map<number, string | null>();
  /** Users and the ids of the resources, or of the shared accounts, that they saw when these were deleted. */
  readonly #lost = new Set<string>();
  #audits = 0;

  private constructor(db: Database) {
    this.#db = db;
  }

  static async begin(db: Database): Promise<World> {
    const world = new World(db);
    for (let number = 0; number < RESOURCES; number++) await world.take({ kind: 'own', resource: number, owner: null });
    for (let number = 0; number < USERS; number++) await world.take({ kind: 'grant', user: number, grants: [] });
    return world;
  }

  get users(): User[] {
    return Array.from({ length: USERS }, (_, number) => ({ number, userName: this.#nameOf(number) }));
  }

  async take(step: Step): Promise<void> {
    if (step.kind === 'own') await this.#own(step.resource, step.owner);
    if (step.kind === 'accounts') await this.#change(step.resource, step.accounts, step.suffix);
    if (step.kind === 'grant') await this.#share(step.user, step.grants);
    if (step.kind === 'delete') await this.#delete(step.resource);
    if (step.kind === 'audit') await this.#audit(step.by, step.resource, step.account);
    if (step.kind === 'rename') {
      if (!this.#renamed.delete(step.user)) this.#renamed.add(step.user);
      await this.#share(step.user, this.#grants.get(step.user)!);
    }
  }

  /** The resources that a user may see, in the order of their names, with what it may see of them. */
  visibleTo(user: User): SeenResource[] {
    const seen = [...this.#owners.keys()]
      .sort()
      .filter((number) => this.#seesAll(user, number) || this.#shared(user, number).length > 0);
    return seen.map((number) => this.#shownTo(user, number));
  }

  /**
   * An audit is on the resource and the account of its ids: one that was made anew under an old name is another. Who saw a
   * resource, or was given an account, when it was deleted goes on to see its audits.
   */
  seesAudit(user: User, { occurredAt, resourceId, resourceName, accountId }: SeenAudit): boolean {
    if (this.#operators.get(occurredAt) === user.number) return true;
    if (this.#lost.has(`${user.number} resource ${resourceId}`)) return true;
    if (this.#lost.has(`${user.number} account ${accountId}`)) return true;
    if (resourceId === null || this.#ids.get(resourceName!) !== resourceId) return false;
    const number = Number(resourceName!.slice(1));
    if (this.#seesAll(user, number)) return true;
    return this.#shared(user, number).some((account) => this.#ids.get(`${resourceName} ${account}`) === accountId);
  }

  /** Every audit, in the order of time. */
  async audits(gateway: Gateway): Promise<SeenAudit[]> {
    const query = '{ audits { nodes { id occurredAt operation operatedBy resourceId resourceName accountId } } }';
    this.#ids = await this.#liveIds();
    return (await gateway.read<{ audits: { nodes: SeenAudit[] } }>(anActor(), query)).audits.nodes;
  }

  #ids: ReadonlyMap<string, string> = new Map();

  #seesAll({ number }: User, resource: number): boolean {
    return this.#owners.get(resource) === number || this.#grantsOn(number, resource).includes(null);
  }

  /** The accounts of a resource that a user was given by themselves. */
  #shared({ number }: User, resource: number): string[] {
    return this.#grantsOn(number, resource).flatMap((account) => account ?? []);
  }

  #grantsOn(user: number, resource: number): (string | null)[] {
    return this.#grants.get(user)!.flatMap((grant) => (grant.resource === resource ? [grant.account] : []));
  }

  #shownTo(user: User, number: number): SeenResource {
    const isWhole = this.#seesAll(user, number);
    const shared = new Set(this.#shared(user, number));
    const accounts = [...this.#accounts.get(number)!].filter(([account]) => isWhole || shared.has(account));
    const {
      customFields,
      accounts: _,
      sourceId: __,
      ...columns
    } = recordOf(number, this.#ownerNames.get(number)!, new Map());
    const hidden = { description: null, department: null, lastAccessedAt: null, ownerName: null };
    return {
      ...columns,
      ...(isWhole ? { customFields: customFields.map(({ value }) => ({ value })) } : { ...hidden, customFields: [] }),
      accountCount: accounts.length,
      accounts: accounts.map(([, name]) => ({ name })),
    };
  }

  async #own(number: number, owner: number | null): Promise<void> {
    if (!this.#owners.has(number)) this.#accounts.set(number, new Map(ACCOUNTS.map((name) => [name, name])));
    this.#owners.set(number, owner);
    this.#ownerNames.set(number, owner === null ? null : this.#nameOf(owner));
    await this.#store(number);
  }

  async #change(number: number, accounts: readonly string[], suffix: string): Promise<void> {
    if (!this.#owners.has(number)) return;
    const ids = await this.#liveIds();
    const gone = [...this.#accounts.get(number)!.keys()].filter((account) => !accounts.includes(account));
    for (const { number: user } of this.users) {
      const lost = gone.filter((account) => this.#grantsOn(user, number).includes(account));
      for (const account of lost) this.#lost.add(`${user} account ${ids.get(`r${number} ${account}`)}`);
      this.#forget(user, (grant) => grant.resource === number && lost.includes(grant.account!));
    }
    this.#accounts.set(number, new Map(accounts.map((account) => [account, account + suffix])));
    await this.#store(number);
  }

  /** What comes in again is owned by whom the owner's name means by then. */
  async #store(number: number): Promise<void> {
    const owner = this.users.find(({ userName }) => userName === this.#ownerNames.get(number));
    this.#owners.set(number, owner?.number ?? null);
    const record = recordOf(number, this.#ownerNames.get(number)!, this.#accounts.get(number)!);
    const [outcome] = await recordResources(this.#db, 'test', [record]);
    expect(outcome).toBeTypeOf('string');
  }

  async #share(number: number, wanted: readonly Grant[]): Promise<void> {
    const isThere = ({ resource, account }: Grant) =>
      this.#owners.has(resource) && (account === null || this.#accounts.get(resource)!.has(account));
    const grants = wanted.filter(isThere);
    await storeUserAccounts(this.#db, 'test', [
      {
        sourceId: `u${number}`,
        userName: this.#nameOf(number),
        grants: grants.map((grant) => ({
          level: 'VIEW',
          resourceSourceId: `r${grant.resource}`,
          accountSourceId: grant.account,
        })),
      },
    ]);
    this.#grants.set(number, grants);
  }

  async #delete(number: number): Promise<void> {
    const ids = await this.#liveIds();
    for (const user of this.users) {
      const seen = this.#shared(user, number).map((account) => `account ${ids.get(`r${number} ${account}`)}`);
      const lost = this.#seesAll(user, number) ? [`resource ${ids.get(`r${number}`)}`] : seen;
      for (const one of lost) this.#lost.add(`${user.number} ${one}`);
      this.#forget(user.number, (grant) => grant.resource === number);
    }
    await deleteResources(this.#db, 'test', [`r${number}`]);
    this.#owners.delete(number);
  }

  #forget(user: number, isGone: (grant: Grant) => boolean): void {
    this.#grants.set(
      user,
      this.#grants.get(user)!.filter((grant) => !isGone(grant)),
    );
  }

  /** The ids of what there is: of resources by name, of accounts by that and what their source calls them. */
  async #liveIds(): Promise<ReadonlyMap<string, string>> {
    const resources = await this.#db.query<{ id: number; name: string }>(sql`SELECT id, name FROM resources`);
    const accounts = await this.#db.query<{ id: number; name: string; identity: string }>(
      sql`SELECT a.id, r.name, a.identity FROM privileged_accounts a JOIN resources r ON r.id = a.resource_id`,
    );
    return new Map([
      ...resources.map(({ id, name }) => [name, String(id)] as const),
      ...accounts.map(({ id, name, identity }) => [`${name} ${identity}`, String(id)] as const),
    ]);
  }

  async #audit(by: number, resource: number | null, account: string | null): Promise<void> {
    const number = this.#audits++;
    const occurredAt = new Date(Date.UTC(2026, 2, 1) + number).toISOString();
    this.#operators.set(occurredAt, by);
    await recordAudits(this.#db, 'test', [
      {
        sourceId: `${number}`,
        occurredAt,
        category: 'RESOURCE',
        operation: number % 2 ? 'odd' : 'even',
        outcome: 'SUCCESS',
        operatedBy: this.#nameOf(by),
        resourceName: resource === null ? null : `r${resource}`,
        accountSourceId: account,
      },
    ]);
  }

  #nameOf(number: number): string {
    return this.#renamed.has(number) ? `u${number} renamed` : `u${number}`;
  }
}

function recordOf(number: number, ownerName: string | null, accounts: ReadonlyMap<string, string>) {
  return {
    sourceId: `r${number}`,
    name: `r${number}`,
    type: 'Linux',
    description: `what r${number} is for`,
    department: `department ${number}`,
    lastAccessedAt: `2026-03-01T00:00:00.00${number}Z`,
    ownerName,
    customFields: [{ label: 'rack', value: `rack ${number}` }],
    accounts: [...accounts].map(([sourceId, name]) => ({ sourceId, name })),
  };
}
