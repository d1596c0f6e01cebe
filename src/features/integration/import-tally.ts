import sql from 'sql-template-tag';
import type { Database, Transaction } from '../../database/db.js';
import type { Module } from '../../database/module.js';
import { insertAll } from '../../database/rows.js';
import { transaction } from '../../database/transaction.js';
import { clientOf } from '../../graphql/client.js';
import type { Context } from '../../graphql/context.js';
import { onPageRead } from '../../graphql/rows-read.js';
import { ModuleImport } from './module-import.js';

const FLUSH_MILLISECONDS = 2_000;

/** What one token read since the last flush. Times are those of requests. */
interface Use {
  usedAt: string;
  usedFrom: string | null;
  readonly reads: Map<Module, Read>;
}

interface Read {
  rowCount: number;
  lastRequestAt: string;
  caughtUp: boolean | null;
}

/**
 * Counts what connectors read, in memory, so that no request waits for a write, and adds it to the database every two
 * seconds. What cannot be stored is kept for the next time; what a killed process had not stored is not counted.
 */
export class ImportTally {
  readonly #db: Database;
  readonly #onError: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  #uses = new Map<number, Use>();
  #flushing: Promise<void> | undefined;

  constructor(db: Database, onError: (error: unknown) => void) {
    this.#db = db;
    this.#onError = onError;
    this.#timer = setInterval(() => this.#flushing ?? this.flush(), FLUSH_MILLISECONDS).unref();
  }

  /** Counts what a request reads, where it is one of a connector. */
  watch(context: Context): void {
    const { actor, now } = context;
    const tokenId = actor?.tokenId;
    if (tokenId === undefined) return;
    const { ipAddress } = clientOf(context);
    const use = () => useOf(this.#uses, tokenId, now, ipAddress);
    use();
    onPageRead(context, ({ module, rows, caughtUp }) =>
      addRead(use().reads, module, { rowCount: rows, lastRequestAt: now, caughtUp }),
    );
  }

  /** Stores what was counted up to now; never throws. */
  async flush(): Promise<void> {
    await this.#flushing;
    if (this.#uses.size === 0) return;
    const uses = this.#uses;
    this.#uses = new Map();
    this.#flushing = transaction(this.#db, (tx) => storeUses(tx, uses))
      .catch((error) => {
        for (const [tokenId, { usedAt, usedFrom, reads }] of uses) {
          const use = useOf(this.#uses, tokenId, usedAt, usedFrom);
          for (const [module, read] of reads) addRead(use.reads, module, read);
        }
        this.#onError(error);
      })
      .finally(() => {
        this.#flushing = undefined;
      });
    await this.#flushing;
  }

  /** Stores what is left, and counts no more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }
}

/** A token's use, with one more at this time and from this address. */
function useOf(uses: Map<number, Use>, tokenId: number, usedAt: string, usedFrom: string | null): Use {
  let use = uses.get(tokenId);
  if (!use) {
    use = { usedAt, usedFrom, reads: new Map() };
    uses.set(tokenId, use);
  } else if (usedAt >= use.usedAt) {
    use.usedAt = usedAt;
    use.usedFrom = usedFrom;
  }
  return use;
}

function addRead(reads: Map<Module, Read>, module: Module, more: Read): void {
  const read = reads.get(module) ?? more;
  const last = more.lastRequestAt >= read.lastRequestAt ? more : read;
  const caughtUp = last.caughtUp ?? read.caughtUp ?? more.caughtUp;
  reads.set(module, { ...last, caughtUp, rowCount: read === more ? more.rowCount : read.rowCount + more.rowCount });
}

/** Each token's row first and in the order of ids, as those who revoke lock them: of a revoked token nothing is counted. */
async function storeUses(tx: Transaction, uses: ReadonlyMap<number, Use>): Promise<void> {
  for (const [tokenId, { usedAt, usedFrom, reads }] of [...uses].sort(([a], [b]) => a - b)) {
    const at = tx.dialect.timeValue(usedAt);
    const live = await tx.execute(
      sql`UPDATE connector_tokens SET
            last_used_from = CASE WHEN last_used_at > ${at} THEN last_used_from ELSE ${usedFrom} END,
            last_used_at = CASE WHEN last_used_at > ${at} THEN last_used_at ELSE ${at} END
          WHERE id = ${tokenId} AND revoked_at IS NULL`,
    );
    if (live === 0) continue;
    for (const [module, read] of reads) await storeRead(tx, tokenId, module, read);
  }
}

async function storeRead(tx: Transaction, tokenId: number, module: Module, read: Read): Promise<void> {
  const at = tx.dialect.timeValue(read.lastRequestAt);
  // Some engines assign in the order of writing, and read what was assigned: the time comes last.
  const known = await tx.execute(
    sql`UPDATE module_imports SET row_count = row_count + ${read.rowCount},
          caught_up = CASE WHEN last_request_at > ${at} THEN caught_up ELSE COALESCE(${read.caughtUp}, caught_up) END,
          last_request_at = CASE WHEN last_request_at > ${at} THEN last_request_at ELSE ${at} END
        WHERE token_id = ${tokenId} AND module = ${module}`,
  );
  if (known > 0) return;
  await insertAll(tx, ModuleImport, [{ tokenId, module, ...read, caughtUp: read.caughtUp ?? false }]);
}
