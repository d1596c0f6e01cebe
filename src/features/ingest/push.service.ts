import type { z } from 'zod';
import type { Db } from '../../database/db.js';
import { Module, type RecordOutcome } from '../../database/module.js';
import type { ChangingModule } from '../../database/positions.js';
import { nextPart } from '../../graphql/client.js';
import { actorOf, type Context } from '../../graphql/context.js';
import { AppError } from '../../lib/app-error.js';
import { chunksByWeight } from '../../lib/chunks.js';
import { mapInSlices, yieldToOthers } from '../../lib/event-loop.js';
import { quote } from '../../lib/quote.js';
import { type Operator, operatorOf } from '../audits/activity-log.js';
import { conflictReason } from '../audits/audit.conflict.js';
import { recordAudits } from '../audits/audit.service.js';
import { deleteUserAccounts, recordUserAccounts } from '../audits/user-account.service.js';
import { deleteResources, recordResources } from '../resources/resource.service.js';
import { heldSourceIds } from '../users/held-scopes.js';
import type { UserAccountRecord } from '../users/user-account.record.js';
import { PushOutcome, type PushPayload, type PushResult } from './push.payload.js';
import { type RecordOf, recordSchemas } from './rules/record-schemas.js';
import { errorsOf } from './rules/row-errors.js';
import { objectOf } from './rules/row-schema.js';
import { id } from './rules/text-field.js';
import { sourceError } from './source-name.js';

/** The most records of one call. */
export const MAX_RECORDS = 5_000;

/** Records of one transaction, if each locks rows of its own, with what hangs on them. */
const ROWS_AT_ONCE = 2_000;

/** Writes, or deletes, what a source has; outcomes in the order of the items. */
type Write<Item> = (db: Db, by: Operator, source: string, items: readonly Item[]) => Promise<RecordOutcome[]>;

const writers: { [M in Module]: Write<RecordOf<M>> } = {
  [Module.RESOURCES]: inParts((db, _by, source, records) => recordResources(db, source, records)),
  [Module.USER_ACCOUNTS]: inParts(recordUserAccounts),
  [Module.AUDITS]: (db, _by, source, records) => recordAudits(db, source, records),
};

const removers: Record<ChangingModule, Write<string>> = {
  [Module.RESOURCES]: inParts((db, _by, source, sourceIds) => deleteResources(db, source, sourceIds)),
  [Module.USER_ACCOUNTS]: inParts(deleteUserAccounts),
};

/**
 * Stores records of a source. Each is answered for: one that the rules refuse does not stop the others. A call that was cut
 * off may be sent again, since a record is known by its source and the source's own id. An id that was written as a number
 * is refused if JSON may have rounded it, as in files.
 * @throws AppError TOO_MANY_RECORDS, BAD_USER_INPUT or FORBIDDEN, with nothing stored
 */
export async function pushRecords<M extends Module>(
  context: Context,
  module: M,
  givenSource: string | null,
  rows: readonly { readonly sourceId: string }[],
): Promise<PushPayload> {
  const source = sourceOf(context, givenSource);
  checkNumber(rows);
  const rules: z.ZodType<RecordOf<M>> = recordSchemas[module](null).schema;
  const write: Write<RecordOf<M>> = writers[module];
  return pushRows(context, source, rows, rules, write);
}

/** As `pushRecords`, deleting what the source had sent before. */
export async function pushDeletions(
  context: Context,
  module: ChangingModule,
  givenSource: string | null,
  sourceIds: readonly string[],
): Promise<PushPayload> {
  const source = sourceOf(context, givenSource);
  checkNumber(sourceIds);
  const rows = sourceIds.map((sourceId) => ({ sourceId }));
  return pushRows(context, source, rows, deletion, removers[module]);
}

/** A record to be deleted. */
const deletion = objectOf({ sourceId: id() }, []).transform(({ sourceId }) => sourceId);

/** Writes the rows that the rules let pass. */
async function pushRows<Item>(
  context: Context,
  source: string,
  rows: readonly { readonly sourceId: string }[],
  rules: z.ZodType<Item>,
  write: Write<Item>,
): Promise<PushPayload> {
  await nextPart(context);
  // GraphQL has read all records in one turn of the event loop.
  await yieldToOthers();
  const read = await mapInSlices(rows, (row) => rules.safeParse(row));
  const sound = read.flatMap((row) => (row.success ? [row.data] : []));
  const written = sound.length > 0 ? await write(context.db, operatorOf(context), source, sound) : [];
  const outcomes = written.values();
  const held = await heldOf(context.db, source, sound as readonly Partial<UserAccountRecord>[]);
  const all = await mapInSlices(read, (row, index): PushResult => {
    const sourceId = String(rows[index]!.sourceId);
    const outcome = row.success ? outcomes.next().value! : { refused: errorsOf(row.error) };
    const result = resultOf(index, sourceId, outcome);
    return held.has(sourceId) ? { ...result, reason: result.reason ?? HELD } : result;
  });
  return payloadOf(all);
}

const HELD =
  'accessScope ALL waits for an administrator, because this user has a role, a sign-in or an auth token here (docs/pushing.md)';

/** The source ids of the records that ask for a wider access scope than an administrator has confirmed. */
function heldOf(db: Db, source: string, rows: readonly Partial<UserAccountRecord>[]): Promise<Set<string>> {
  const widening = rows.filter(({ accessScope }) => accessScope === 'ALL');
  return heldSourceIds(
    db,
    source,
    widening.map(({ sourceId }) => sourceId!),
  );
}

function inParts<Item>(write: Write<Item>): Write<Item> {
  return async (db, by, source, items) => {
    const outcomes: RecordOutcome[] = [];
    for (const part of chunksByWeight(items, ROWS_AT_ONCE, rowsOf))
      outcomes.push(...(await write(db, by, source, part)));
    return outcomes;
  };
}

/** The rows of a record that is written, or of one that is deleted: its own, those that refer to it, and those of its lists. */
function rowsOf(item: unknown): number {
  if (typeof item !== 'object') return 2;
  const lists = Object.values(item as object).filter((value) => Array.isArray(value));
  return lists.reduce((sum, { length }) => sum + length, 2);
}

/** The source that is pushed for: the one that is given, which a token may be bound to. */
function sourceOf(context: Context, given: string | null): string {
  const bound = actorOf(context).ingest?.source ?? null;
  const source = given ?? bound;
  if (source === null) throw new AppError('BAD_USER_INPUT', 'source: say where the records come from');
  const problem = sourceError(source);
  if (problem) throw new AppError('BAD_USER_INPUT', `source: ${problem}`);
  if (bound !== null && source !== bound) {
    throw new AppError(
      'FORBIDDEN',
      `source: this token pushes for ${quote(bound, 64)} alone, not for ${quote(source, 64)}`,
    );
  }
  return source;
}

function checkNumber({ length }: readonly unknown[]): void {
  if (length <= MAX_RECORDS) return;
  const message = `${length} records are too many for one call: push at most ${MAX_RECORDS}; none of these was stored`;
  throw new AppError('TOO_MANY_RECORDS', message);
}

function resultOf(index: number, sourceId: string, outcome: RecordOutcome): PushResult {
  if (typeof outcome !== 'object') return { index, sourceId, outcome: PushOutcome[outcome], reason: null };
  return 'refused' in outcome
    ? { index, sourceId, outcome: PushOutcome.REFUSED, reason: outcome.refused }
    : { index, sourceId, outcome: PushOutcome.CONFLICT, reason: conflictReason(outcome.conflict) };
}

function payloadOf(all: readonly PushResult[]): PushPayload {
  const count = (wanted: PushOutcome) => all.filter(({ outcome }) => outcome === wanted).length;
  return {
    added: count(PushOutcome.ADDED),
    changed: count(PushOutcome.CHANGED),
    unchanged: count(PushOutcome.UNCHANGED),
    deleted: count(PushOutcome.DELETED),
    refused: count(PushOutcome.REFUSED),
    conflicts: count(PushOutcome.CONFLICT),
    all,
  };
}
