import type { AuditRecord } from '../../features/audits/audit.record.js';
import type { UserAccountRecord } from '../../features/users/user-account.record.js';
import type { AccountName } from './account-name.js';
import { writeAudit } from './audit-writer.js';
import {
  ADMINISTRATOR_OPERATIONS,
  AUDITOR_OPERATIONS,
  DESK_OPERATIONS,
  FETCHED,
  LOGGED_OUT,
  OPERATIONS_OF_LEVEL,
  type Operation,
  RETRIEVED,
  SESSION_ENDED,
  SESSION_REPLAYED,
  SESSION_STARTED,
  TIMED_OUT,
} from './operations.js';
import { type Holding, isAdministrator, isApiUser, type Person } from './person.js';
import type { Random } from './random.js';
import type { Weighted } from './weighted.js';

const REMOTE_RATE = 0.12;
const OTHER_CLIENT_RATE = 0.2;
const END_SESSION_RATE = 0.4;
const LEAVE_RATE = 0.08;
const TIME_OUT_RATE = 0.3;
const REPLAY_RATE = 0.4;
const TRIES = 4;

/** One sitting of a person: a login, some work, a logout. An API user only works. */
export class Visit {
  over = false;
  private loggedIn: boolean;
  private session: AccountName | undefined;
  private readonly address: string;
  private readonly clientType: string;

  constructor(
    private readonly random: Random,
    readonly person: Person,
    private readonly people: readonly Person[],
  ) {
    this.loggedIn = isApiUser(person);
    this.address = !this.loggedIn && random.chance(REMOTE_RATE) ? person.remoteAddress : person.address;
    this.clientType = person.clientTypes[random.chance(OTHER_CLIENT_RATE) ? 1 : 0];
  }

  /** The next thing that the person does, at a moment (ms). */
  next(ms: number): AuditRecord {
    const { random, person } = this;
    if (!this.loggedIn) return this.logIn();
    if (isApiUser(person)) return this.call(ms);
    if (this.session !== undefined && random.next() < END_SESSION_RATE) {
      const account = this.session;
      this.session = undefined;
      return this.write(SESSION_ENDED, account);
    }
    if (this.session === undefined && random.next() < LEAVE_RATE) {
      this.over = true;
      return this.write(random.next() < TIME_OUT_RATE ? TIMED_OUT : LOGGED_OUT);
    }
    return this.work(ms);
  }

  private logIn(): AuditRecord {
    const audit = this.write(this.person.login);
    this.loggedIn = audit.outcome === 'SUCCESS';
    return audit;
  }

  /** What an API user does; without an account it can only authenticate. */
  private call(ms: number): AuditRecord {
    const holding = this.holdingAt(ms);
    if (this.random.next() < LEAVE_RATE) this.over = true;
    if (holding === undefined) return this.write(this.person.login);
    return this.write(this.clientType === 'SDK' ? FETCHED : RETRIEVED, holding.account);
  }

  private work(ms: number): AuditRecord {
    const { random, person } = this;
    const holding = random.next() < deskShare(person) ? undefined : this.holdingAt(ms);
    if (holding === undefined) return this.deskWork(ms);
    if (person.role === 'Password Auditor' && random.next() < REPLAY_RATE)
      return this.write(SESSION_REPLAYED, holding.account);
    const operation = OPERATIONS_OF_LEVEL[holding.level].draw(random);
    return operation === SESSION_STARTED ? this.connect(holding.account) : this.write(operation, holding.account);
  }

  /** Starts a session; where one is open, that is ended first. */
  private connect(account: AccountName): AuditRecord {
    const open = this.session;
    this.session = undefined;
    if (open !== undefined) return this.write(SESSION_ENDED, open);
    const audit = this.write(SESSION_STARTED, account);
    if (audit.outcome === 'SUCCESS') this.session = account;
    return audit;
  }

  private deskWork(ms: number): AuditRecord {
    const operation = deskOperations(this.person).draw(this.random);
    return this.write(operation, undefined, operation.about === 'USER' ? this.somebody(ms) : undefined);
  }

  /** An account that is the person's by now; rather one of the first. */
  private holdingAt(ms: number): Holding | undefined {
    const { holdings } = this.person;
    for (let i = 0; i < TRIES && holdings.length > 0; i++) {
      const u = this.random.next();
      const holding = holdings[Math.floor(u * u * holdings.length)]!;
      if (holding.since <= ms) return holding;
    }
    return undefined;
  }

  /** A user who has joined by now. */
  private somebody(ms: number): UserAccountRecord {
    for (let i = 0; i < TRIES; i++) {
      const person = this.random.pick(this.people);
      if (person.worksFrom <= ms) return person.record;
    }
    return this.person.record;
  }

  private write(operation: Operation, account?: AccountName, user?: UserAccountRecord): AuditRecord {
    const failed = this.random.next() < operation.failureRate;
    return writeAudit(
      this.random,
      operation,
      failed,
      this.person.record.userName,
      this.address,
      this.clientType,
      account,
      user,
    );
  }
}

/** How much of the work is done without an account. */
function deskShare(person: Person): number {
  if (isAdministrator(person)) return 0.35;
  return person.role === 'Password Auditor' ? 0.5 : 0.06;
}

function deskOperations(person: Person): Weighted<Operation> {
  if (isAdministrator(person)) return ADMINISTRATOR_OPERATIONS;
  return person.role === 'Password Auditor' ? AUDITOR_OPERATIONS : DESK_OPERATIONS;
}
