import type { Sql } from 'sql-template-tag';
import { AppError } from '../lib/app-error.js';
import type { Apart, Database, Db, Load, Rows, Transaction } from './db.js';
import type { Dialect } from './dialects/dialect.js';
import type { EncodedForm, EncodedRow } from './row-encoding.js';

/** Milliseconds without the end of a statement after which those that wait are refused. */
const STUCK = 5_000;

interface Waiting {
  readonly start: () => void;
  readonly refuse: () => void;
}

/** Runs a few pieces of work at the same time, in the order of asking. */
export class StatementSlots {
  readonly #waiting: Waiting[] = [];
  readonly #stuck: number;
  #free: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(count: number, stuck = STUCK) {
    this.#free = count;
    this.#stuck = stuck;
  }

  /** @throws AppError UNAVAILABLE if no statement ends for long */
  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await this.#wait();
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next.start();
      else this.#free++;
      this.#watch();
    }
  }

  #wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      const refuse = () => reject(new AppError('UNAVAILABLE', 'the database is busy with your other requests', 2));
      this.#waiting.push({ start: resolve, refuse });
      if (!this.#timer) this.#watch();
    });
  }

  /** Refuses all that wait unless a statement ends in time. */
  #watch(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      for (const { refuse } of this.#waiting.splice(0)) refuse();
    }, this.#stuck);
  }
}

/** Returns the same database, whose reads wait for a slot: the callers who share the slots leave connections to others. */
export function fewStatements(database: Database, slots: StatementSlots): Database {
  return new FewStatements(database, slots);
}

class FewReads<Wrapped extends Db> implements Db {
  constructor(
    protected readonly wrapped: Wrapped,
    protected readonly slots: StatementSlots,
  ) {}

  get dialect(): Dialect {
    return this.wrapped.dialect;
  }

  get origin(): Db {
    return this.wrapped.origin;
  }

  get apart(): Apart {
    return new FewApart(this.wrapped.apart, this.slots);
  }

  query<Row>(statement: Sql): Promise<Row[]> {
    return this.slots.use(() => this.wrapped.query<Row>(statement));
  }

  queryEncoded<Keys>(statement: Sql, form: EncodedForm): Promise<(EncodedRow & Keys)[]> {
    return this.slots.use(() => this.wrapped.queryEncoded<Keys>(statement, form));
  }

  execute(statement: Sql): Promise<number> {
    return this.wrapped.execute(statement);
  }

  insert(statement: Sql): Promise<number> {
    return this.wrapped.insert(statement);
  }

  insertRows(table: string, columns: readonly string[], rows: Rows): Promise<void> {
    return this.wrapped.insertRows(table, columns, rows);
  }
}

class FewApart extends FewReads<Apart> implements Apart {
  timed<Row>(statement: Sql): Promise<{ readonly rows: Row[]; readonly milliseconds: number }> {
    return this.slots.use(() => this.wrapped.timed<Row>(statement));
  }
}

class FewStatements extends FewReads<Database> implements Database {
  get forConnectors(): Database {
    return new FewStatements(this.wrapped.forConnectors, this.slots);
  }

  get notices(): readonly string[] {
    return this.wrapped.notices;
  }

  get load(): Load {
    return this.wrapped.load;
  }

  begin(): Promise<Transaction> {
    return this.wrapped.begin();
  }

  close(): Promise<void> {
    return this.wrapped.close();
  }
}
