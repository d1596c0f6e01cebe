import type { AuditRecord } from '../../features/audits/audit.record.js';
import { accountsOf, type DatedAccount } from './account-name.js';
import { writeAudit } from './audit-writer.js';
import type { DemoWorld } from './demo.js';
import { SYSTEM_IDLE, SYSTEM_OPERATIONS } from './operations.js';
import type { Person } from './person.js';
import { Random } from './random.js';
import { Roster } from './roster.js';
import type { Hour } from './traffic.js';
import { Visit } from './visit.js';

/** So many audits an hour are one seat; a visit is about as long. */
const AUDITS_A_SEAT = 12;
const TRIES = 4;

/** Everything that writes audits: a few people at a time, each in a visit of its own, and the product itself. */
export class Workplace {
  readonly roster: Roster;
  private readonly random: Random;
  private readonly people: readonly Person[];
  private readonly accounts: readonly DatedAccount[];
  private readonly seats: (Visit | undefined)[] = [];
  private systemShare = 0;

  constructor(seed: number, world: DemoWorld) {
    this.random = new Random(seed, 'audits');
    this.people = world.people;
    this.roster = new Roster(world.people);
    this.accounts = accountsOf(world.resources);
  }

  /** Turns to the next hour: those whose shift has ended leave, and as many seats stay as the hour needs. */
  turnTo(hour: Hour): void {
    const { roster, seats } = this;
    roster.turnTo(hour.start, hour.day, hour.kind, hour.hour);
    const { background } = roster;
    this.systemShare = background / (roster.busyness(hour.kind, hour.hour) + background);
    seats.length = Math.min(Math.ceil(hour.count / AUDITS_A_SEAT), Math.ceil(this.people.length / 3));
    for (let i = 0; i < seats.length; i++) {
      const visit = seats[i];
      if (visit === undefined || !roster.isAtWork(visit.person)) seats[i] = undefined;
    }
  }

  /** The next audit, at a moment (ms) of the hour; its id and time are still to be set. */
  next(ms: number): AuditRecord {
    const { random, seats } = this;
    if (random.next() < this.systemShare) return this.systemWork(ms);
    const seat = random.int(seats.length);
    let visit = seats[seat];
    if (visit === undefined || visit.over || visit.person.worksUntil <= ms) {
      const person = this.roster.draw(random, ms);
      if (person === undefined) return this.systemWork(ms);
      visit = new Visit(random, person, this.people);
      seats[seat] = visit;
    }
    return visit.next(ms);
  }

  private systemWork(ms: number): AuditRecord {
    const { random } = this;
    const wanted = SYSTEM_OPERATIONS.draw(random);
    const account = wanted.about === 'ACCOUNT' ? this.accountAt(ms) : undefined;
    const operation = wanted.about === 'ACCOUNT' && account === undefined ? SYSTEM_IDLE : wanted;
    const failed = random.next() < operation.failureRate;
    return writeAudit(random, operation, failed, 'System', 'localhost', null, account?.account, undefined);
  }

  private accountAt(ms: number): DatedAccount | undefined {
    for (let i = 0; i < TRIES; i++) {
      const account = this.random.pick(this.accounts);
      if (account.since <= ms) return account;
    }
    return undefined;
  }
}
