import { Module } from '../../database/module.js';
import { lastPosition } from '../../database/positions.js';
import { AppError } from '../../lib/app-error.js';
import { type Actor, actorOf, type Context } from '../context.js';
import { Cursors } from './cursor.js';
import type { CursorPart, CursorValue } from './cursor-values.js';

/** Where a reader of a feed stands. */
export interface FeedPlace {
  readonly position: number;
  /** What occurred before it is left out, RFC 3339; null where nothing is. */
  readonly since: string | null;
  /** Of audits, how many removals of old ones there had been; null where the feed has not begun. */
  readonly step: number | null;
}

/** Position, since, scope, what bounds it, the step, and filling. */
const PARTS: readonly CursorPart[] = ['number', 'time?', 'scope', 'time?', 'number', 'text'];

/** Characters of position, step and filling together. */
const FILLED = 48;

/** The cursors of one feed, for one actor. */
export class FeedCursors {
  readonly #context: Context;
  readonly #module: Module;
  readonly #cursors: Cursors;

  private constructor(context: Context, module: Module, cursors: Cursors) {
    this.#context = context;
    this.#module = module;
    this.#cursors = cursors;
  }

  static async of(context: Context, module: Module, filter: object = {}): Promise<FeedCursors> {
    return new FeedCursors(context, module, await Cursors.of(context.db, { feed: module, filter }));
  }

  /** Where a reader begins that gives a cursor, or none. */
  start(after: string | null | undefined, since: string | null = null): FeedPlace {
    return after ? this.decode(after) : { position: 0, since, step: null };
  }

  encode(place: FeedPlace): string {
    return this.encodeAll([place])[0]!;
  }

  /** The cursors of many places, which cost much less together. */
  encodeAll(places: readonly FeedPlace[]): string[] {
    const actor = actorOf(this.#context);
    const [scope, earliest] = [scopeOf(actor), this.#earliest()];
    return this.#cursors.encodeAll(
      places.map(({ position, since, step }): CursorValue[] => {
        const filling = actor.scope === 'ALL' ? '' : fillingOf(position, step ?? 0);
        return [position, since, scope, earliest, step ?? 0, filling];
      }),
    );
  }

  /**
   * Rows that become visible late would be lost rows: where the actor's scope is another than when the cursor was made,
   * the feed has to begin anew.
   * @throws AppError BAD_CURSOR, RESYNC_REQUIRED
   */
  decode(cursor: string): FeedPlace {
    const [position, since, scope, earliest, step] = this.#cursors.decode(cursor, PARTS);
    const isEarlier = earliest !== null && (this.#earliest() ?? '') < earliest!;
    if (scope !== scopeOf(actorOf(this.#context)) || isEarlier) {
      throw new AppError(
        'RESYNC_REQUIRED',
        'what this token may see has changed since the cursor was made: begin anew without `after`, and replace what was imported',
      );
    }
    return { position: position as number, since: since as string | null, step: step as number };
  }

  /** The bound of what is served; of audits alone, since only these have an age. */
  #earliest(): string | null {
    return this.#module === Module.AUDITS ? (actorOf(this.#context).bounds?.since ?? null) : null;
  }

  /** @throws AppError BAD_CURSOR where the place is one that this database never gave */
  async checkReached({ position }: FeedPlace): Promise<void> {
    if (position <= (await lastPosition(this.#context.db, this.#module))) return;
    throw new AppError(
      'BAD_CURSOR',
      'the cursor is ahead of the database, which was restored from an older backup: begin anew without `after`',
    );
  }
}

/** Versions are each user's own: a token that is mapped to another user must not go on from the first one's place. */
function scopeOf({ scope, scopeVersion, userId }: Actor): string {
  return scope === 'ALL' ? 'ALL' : `${userId} ${scopeVersion}`;
}

/**
 * Characters that make all cursors of an actor equally long. Positions count records that the actor does not see: the
 * length of a cursor must not say how many digits they have.
 */
function fillingOf(position: number, step: number): string {
  return '.'.repeat(Math.max(0, FILLED - `${position}${step}`.length));
}
