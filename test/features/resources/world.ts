import fc from 'fast-check';
import sql from 'sql-template-tag';
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
  readonly operation: string;
  readonly operatedBy: string;
  readonly resourceId: string | null;
  readonly resourceName: string | null;
}

const user = fc.nat(USERS - 1);
const resource = fc.nat(RESOURCES - 1);
const grant = fc.record({ resource, account: fc.constantFrom(null, ...ACCOUNTS) });

export const step = fc.oneof(
  fc.record({ kind: fc.constant('own' as const), resource, owner: fc.option(user) }),
  fc.record({ kind: fc.constant('grant' as const), user, grants: fc.array(grant, { maxLength: 3 }) }),
  fc.record({ kind: fc.constant('delete' as const), resource }),
  fc.record({ kind: fc.constant('rename' as const), user }),
  fc.record({ kind: fc.constant('audit' as const), by: user, resource: fc.option(resource) }),
);
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Users, resources, what was shared and what was done, in the database and beside it in memory. */
export class World {
  readonly #db: Database;
  /** The owners of the resources that there are. */
  readonly #owners = new Map<number, string | null>();
  readonly #grants = new Map<number, readonly Grant[]>();
  readonly #renamed = new Set<number>();
  /** Users and the ids of the resources that they saw when these were deleted. */
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
    if (step.kind === 'own') await this.#own(step.resource, step.owner === null ? null : this.#nameOf(step.owner));
    if (step.kind === 'grant') await this.#share(step.user, step.grants);
    if (step.kind === 'delete') await this.#delete(step.resource);
    if (step.kind === 'audit') await this.#audit(step.by, step.resource);
    if (step.kind === 'rename') {
      if (!this.#renamed.delete(step.user)) this.#renamed.add(step.user);
      await this.#share(step.user, this.#grants.get(step.user)!);
    }
  }

  /** The names of the resources that a user may see, in their order. */
  visibleTo({ number, userName }: User): string[] {
    const shared = new Set(this.#grants.get(number)!.map((grant) => grant.resource));
    const seen = [...this.#owners].filter(([resource, owner]) => owner === userName || shared.has(resource));
    return seen.map(([resource]) => `r${resource}`).sort();
  }

  accountsFor({ number, userName }: User, name: string): { name: string }[] {
    const resource = Number(name.slice(1));
    const grants = this.#grants.get(number)!.filter((grant) => grant.resource === resource);
    const whole = this.#owners.get(resource) === userName || grants.some(({ account }) => account === null);
    return ACCOUNTS.filter((account) => whole || grants.some((grant) => grant.account === account)).map((account) => ({
      name: account,
    }));
  }

  /**
   * An audit is on the resource of its id: one that was made anew under an old name is another. Who saw a resource when
   * it was deleted goes on to see its audits.
   */
  seesAudit(user: User, { operatedBy, resourceId, resourceName }: SeenAudit): boolean {
    const isLive = resourceId !== null && this.#ids.get(resourceName!) === resourceId;
    const isSeen = isLive
      ? this.visibleTo(user).includes(resourceName!)
      : this.#lost.has(`${user.number} ${resourceId}`);
    return operatedBy === user.userName || isSeen;
  }

  /** Every audit, in the order of time. */
  async audits(gateway: Gateway): Promise<SeenAudit[]> {
    type Answer = { audits: { nodes: SeenAudit[] }; resources: { nodes: { id: string; name: string }[] } };
    const query = `{ audits { nodes { id operation operatedBy resourceId resourceName } } resources { nodes { id name } } }`;
    const { audits, resources } = await gateway.read<Answer>(anActor(), query);
    this.#ids = new Map(resources.nodes.map(({ id, name }) => [name, id]));
    return audits.nodes;
  }

  #ids: ReadonlyMap<string, string> = new Map();

  async #own(number: number, ownerName: string | null): Promise<void> {
    const accounts = ACCOUNTS.map((name) => ({ name }));
    await recordResources(this.#db, 'test', [
      { sourceId: `r${number}`, name: `r${number}`, type: 'Linux', ownerName, accounts },
    ]);
    this.#owners.set(number, ownerName);
  }

  async #share(number: number, wanted: readonly Grant[]): Promise<void> {
    const grants = wanted.filter((grant) => this.#owners.has(grant.resource));
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
    const name = `r${number}`;
    const [row] = await this.#db.query<{ id: number }>(sql`SELECT id FROM resources WHERE name = ${name}`);
    for (const user of this.users) if (this.visibleTo(user).includes(name)) this.#lost.add(`${user.number} ${row!.id}`);
    await deleteResources(this.#db, 'test', [`r${number}`]);
    this.#owners.delete(number);
    for (const [user, grants] of this.#grants) {
      this.#grants.set(
        user,
        grants.filter((grant) => grant.resource !== number),
      );
    }
  }

  async #audit(by: number, resource: number | null): Promise<void> {
    const number = this.#audits++;
    await recordAudits(this.#db, 'test', [
      {
        sourceId: `${number}`,
        occurredAt: new Date(Date.UTC(2026, 2, 1) + number).toISOString(),
        category: 'RESOURCE',
        operation: number % 2 ? 'odd' : 'even',
        outcome: 'SUCCESS',
        operatedBy: this.#nameOf(by),
        resourceName: resource === null ? null : `r${resource}`,
      },
    ]);
  }

  #nameOf(number: number): string {
    return this.#renamed.has(number) ? `u${number} renamed` : `u${number}`;
  }
}
