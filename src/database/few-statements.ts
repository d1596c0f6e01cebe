import type { Sql } from 'sql-template-tag';
import type { Apart, Database, Db, Load, Rows, Transaction } from './db.js';
import type { Dialect } from './dialects/dialect.js';
import type { EncodedForm, EncodedRow } from './row-encoding.js';

/** Runs a few pieces of work at the same time, in the order of asking. */
export class StatementSlots {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
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
