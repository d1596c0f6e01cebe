import type { PoolConnection } from 'mysql2';
import type { Sql } from 'sql-template-tag';
import type { EncodedForm, EncodedRow } from '../../../row-encoding.js';

/**
 * Runs a SELECT on a connection and encodes its rows as JSON or CSV. The select list must be that of `selectedValues`.
 *
 * There are two encoders. The fast one takes the bytes of the server's answer from mysql2 before they are decoded, and
 * a WebAssembly module with 128-bit instructions writes them into the bytes of our answer: 2.4 times as many rows a
 * second as decoding and encoding them in JavaScript, 4 times as many for each second of processor time
 * (test/bench/RESULTS.md, docs/decisions/0008). It relies on two insides of mysql2: the property `packetParser` of a
 * connection and the steps `start` and `row` of a query. The plain one asks mysql2 for strings and joins them.
 * `chooseRowEncoder` compares both at start, and takes the plain one if they differ or the fast one fails.
 *
 * @throws UnreadableRows if the connection is of no more use; else the error of the server
 */
export type EncodeRows = <Keys>(
  connection: PoolConnection,
  statement: Pick<Sql, 'sql' | 'values'>,
  form: EncodedForm,
) => Promise<(EncodedRow & Keys)[]>;

/** An answer whose rows cannot be read to their end. The rest of it is still on its way: close the connection. */
export class UnreadableRows extends Error {}
