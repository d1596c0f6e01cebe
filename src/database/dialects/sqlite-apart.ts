import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import type { Sql } from 'sql-template-tag';
import type { Apart, Db, Rows } from '../db.js';
import type { EncodedForm, EncodedRow } from '../row-encoding.js';
import { toRefusal } from './sqlite-errors.js';
import type { SqliteFile } from './sqlite-file.js';
import { encodedRow } from './sqlite-text.js';
import { Unavailable } from './unavailable.js';

/** Statements that may wait for the thread. */
const QUEUE = 1_000;

/**
 * What the thread runs. It is text, since a thread begins with a file or a text, and the file of a program that is being
 * tested is not JavaScript yet. Texts of rows come in one buffer, which is moved: to copy each costs more than to read it.
 */
const PROGRAM = `
const { statSync } = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');
const Sqlite = require(workerData.module);
const handle = new Sqlite(workerData.path, { readonly: true, timeout: 5000 });
const { dev, ino } = statSync(workerData.path);
if (dev !== workerData.dev || ino !== workerData.ino) throw new Error('another file is in the place of the database');
handle.pragma('cache_size = -16384');
const pack = (rows) => {
  const texts = Buffer.concat(rows.map(({ text }) => text ?? Buffer.alloc(0)));
  const bytes = texts.buffer.byteLength === texts.length ? texts : Buffer.from(new Uint8Array(texts).buffer);
  const lengths = rows.map(({ text }) => text?.length ?? 0);
  for (const row of rows) delete row.text;
  return { rows, lengths, bytes };
};
parentPort.on('message', ({ sql, values, isWritten }) => {
  parentPort.postMessage({ hasBegun: true });
  try {
    const begun = performance.now();
    const rows = handle.prepare(sql).all(...values);
    const milliseconds = performance.now() - begun;
    const answer = isWritten ? pack(rows) : { rows, milliseconds };
    parentPort.postMessage(answer, isWritten ? [answer.bytes.buffer] : []);
  } catch ({ code, message }) {
    parentPort.postMessage({ error: { code, message } });
  }
});`;

interface Job {
  readonly sql: string;
  readonly values: readonly unknown[];
  readonly isWritten: boolean;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

interface Answer {
  /** The statement begins now; what came of it follows. */
  readonly hasBegun?: true;
  readonly rows: object[];
  readonly milliseconds?: number;
  readonly lengths?: number[];
  readonly bytes?: Uint8Array;
  readonly error?: { readonly code?: string; readonly message: string };
}

/**
 * SELECTs that may read much, one after another in a thread with a connection of its own, so that the process goes on
 * meanwhile. The thread begins with the first of them. One that takes longer than a statement may ends with the thread.
 */
export class SqliteApart implements Apart {
  readonly apart = this;
  readonly #db: Db;
  readonly #path: string;
  readonly #timeout: number;
  readonly #file: SqliteFile;
  readonly #waiting: Job[] = [];
  #running: Job | undefined;
  #timer: NodeJS.Timeout | undefined;
  #worker: Worker | undefined;

  constructor(db: Db, path: string, timeout: number, file: SqliteFile) {
    this.#db = db;
    this.#path = path;
    this.#timeout = timeout;
    this.#file = file;
  }

  get dialect() {
    return this.#db.dialect;
  }

  get origin() {
    return this.#db.origin;
  }

  async query<Row>(statement: Sql): Promise<Row[]> {
    return (await this.#run(statement, false)).rows as Row[];
  }

  async timed<Row>(statement: Sql): Promise<{ rows: Row[]; milliseconds: number }> {
    const { rows, milliseconds } = await this.#run(statement, false);
    return { rows: rows as Row[], milliseconds: milliseconds! };
  }

  async queryEncoded<Keys>(statement: Sql, _form: EncodedForm): Promise<(EncodedRow & Keys)[]> {
    const { rows, lengths, bytes } = await this.#run(statement, true);
    const texts = Buffer.from(bytes!.buffer, bytes!.byteOffset, bytes!.length);
    let end = 0;
    return rows.map((row, at) => {
      const start = end;
      end += lengths![at]!;
      return encodedRow<Keys>({ ...row, text: texts.subarray(start, end) });
    });
  }

  execute(statement: Sql): Promise<number> {
    return this.#db.execute(statement);
  }

  insert(statement: Sql): Promise<number> {
    return this.#db.insert(statement);
  }

  insertRows(table: string, columns: readonly string[], rows: Rows): Promise<void> {
    return this.#db.insertRows(table, columns, rows);
  }

  async close(): Promise<void> {
    this.#failAll(new Unavailable('the database is being closed'));
    await this.#worker?.terminate();
  }

  #run({ sql, values }: Sql, isWritten: boolean): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length >= QUEUE) {
        reject(new Unavailable('too many long statements wait for the database'));
        return;
      }
      const bound = values.map((value) => (typeof value === 'boolean' ? Number(value) : value));
      this.#waiting.push({ sql, values: bound, isWritten, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#running) return;
    this.#running = this.#waiting.shift();
    if (!this.#running) {
      this.#worker?.unref();
      return;
    }
    const { sql, values, isWritten } = this.#running;
    try {
      this.#file.checkReadable();
      this.#worker ??= this.#begin();
    } catch (error) {
      this.#end(error);
      return;
    }
    this.#worker.ref();
    this.#worker.postMessage({ sql, values, isWritten });
  }

  #begin(): Worker {
    this.#file.check();
    const module = createRequire(import.meta.url).resolve('better-sqlite3');
    const { dev, ino } = this.#file;
    const worker = new Worker(PROGRAM, { eval: true, workerData: { module, path: this.#path, dev, ino } });
    worker.on('message', (answer: Answer) => {
      if (worker !== this.#worker) return;
      if (answer.hasBegun) this.#startTimer();
      else this.#settle(answer);
    });
    // A thread that ended by itself fails what it ran; the next statement begins another one.
    worker.on('error', (error) => worker === this.#worker && this.#end(this.#whyItEnded(error)));
    return worker;
  }

  /** It may have found another file in the place of the database. */
  #whyItEnded(error: unknown): unknown {
    try {
      this.#file.check();
      return toRefusal(error);
    } catch (refusal) {
      return refusal;
    }
  }

  #startTimer(): void {
    const end = () => this.#end(new Unavailable('the statement took too long'));
    this.#timer = setTimeout(end, this.#timeout);
  }

  #settle(answer: Answer): void {
    const job = this.#running;
    this.#running = undefined;
    clearTimeout(this.#timer);
    const { error } = answer;
    if (error) job?.reject(toRefusal(new Sqlite.SqliteError(error.message, error.code ?? 'SQLITE_ERROR')));
    else job?.resolve(answer);
    this.#next();
  }

  /** Ends the thread, and fails what it runs. */
  #end(error: unknown): void {
    const job = this.#running;
    this.#running = undefined;
    clearTimeout(this.#timer);
    void this.#worker?.terminate();
    this.#worker = undefined;
    job?.reject(error);
    this.#next();
  }

  #failAll(error: unknown): void {
    clearTimeout(this.#timer);
    for (const job of [this.#running, ...this.#waiting.splice(0)]) job?.reject(error);
    this.#running = undefined;
  }
}
