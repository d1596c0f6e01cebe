import type { DayKind } from './calendar.js';
import { isAvailable, type Person } from './person.js';
import type { Random } from './random.js';
import { busyness, SHIFTS, type Shift } from './shift.js';
import { Weighted } from './weighted.js';

const TRIES = 8;

/** Who is at work when. */
export class Roster {
  private readonly crews: { readonly shift: Shift; readonly crew: Weighted<Person> }[];
  private readonly upTo: Float64Array;
  private ms = 0;
  private day = 0;
  private kind: DayKind = 'WORKDAY';
  private hour = 0;
  private readonly total: number;

  constructor(people: readonly Person[]) {
    this.crews = SHIFTS.map((shift) =>
      people.filter((person) => person.shift === shift && person.worksUntil > person.worksFrom),
    )
      .filter((members) => members.length > 0)
      .map((members) => ({
        shift: members[0]!.shift,
        crew: new Weighted(
          members,
          members.map(({ activity }) => activity),
        ),
      }));
    this.upTo = new Float64Array(this.crews.length);
    this.total = this.crews.reduce((sum, { crew }) => sum + crew.total, 0);
  }

  /** How much all of them do together in such an hour. */
  busyness(kind: DayKind, hour: number): number {
    return this.crews.reduce((sum, { shift, crew }) => sum + crew.total * busyness(shift, kind, hour), 0);
  }

  /** What the product does by itself in any hour: a fortieth of what people do in their busiest. */
  get background(): number {
    return Math.max(this.total / 40, 0.01);
  }

  /** Turns to an hour of the clock that begins at `ms`. */
  turnTo(ms: number, day: number, kind: DayKind, hour: number): void {
    this.ms = ms;
    this.day = day;
    this.kind = kind;
    this.hour = hour;
    let sum = 0;
    this.crews.forEach(({ shift, crew }, i) => {
      sum += crew.total * busyness(shift, kind, hour);
      this.upTo[i] = sum;
    });
  }

  /** Whether the person works in this hour. */
  isAtWork(person: Person): boolean {
    return busyness(person.shift, this.kind, this.hour) > 0 && isAvailable(person, this.ms, this.day);
  }

  /** Somebody at work at a moment (ms) of this hour, or undefined where a few draws meet nobody. */
  draw(random: Random, ms: number): Person | undefined {
    const last = this.upTo.length - 1;
    const whole = last < 0 ? 0 : this.upTo[last]!;
    if (whole === 0) return undefined;
    for (let i = 0; i < TRIES; i++) {
      const at = random.next() * whole;
      let crew = 0;
      while (crew < last && at >= this.upTo[crew]!) crew++;
      const person = this.crews[crew]!.crew.draw(random);
      if (isAvailable(person, ms, this.day)) return person;
    }
    return undefined;
  }
}
