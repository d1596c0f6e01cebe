import type { PoolConnection } from 'mysql2';
import type { EncodedForm, EncodedRow } from '../../../row-encoding.js';
import { type EncodeRows, UnreadableRows } from './encode-rows.js';
import { PacketReader } from './packet-reader.js';
import { rowEncoder } from './wasm-encoder.js';

/**
 * Encodes rows from the bytes of the server's answer. mysql2 hands all bytes that arrive to the connection's
 * `packetParser` (lib/base/connection.js): ours takes its place while the statement runs, and hands the last packet back.
 * `start` and `row` are steps of a query (lib/commands/query.js).
 */
export const encodeFast: EncodeRows = <Keys>(
  connection: PoolConnection,
  statement: Parameters<EncodeRows>[1],
  form: EncodedForm,
) => {
  // Throws before anything is sent if the processor lacks its instructions.
  rowEncoder();
  const driver = connection as unknown as Driver;
  const { packetParser } = driver;
  if (typeof packetParser?.execute !== 'function') throw new UnreadableRows('mysql2 has no packetParser');
  return new Promise<(EncodedRow & Keys)[]>((resolve, reject) => {
    const query = connection.query({ sql: statement.sql, values: statement.values }, (error) =>
      error ? reject(error) : resolve(reader.rows),
    );
    const running = query as unknown as RunningQuery;
    const reader = new PacketReader<Keys>(
      form,
      (bytes, sequenceId, areRows) => {
        driver.packetParser = packetParser;
        driver.sequenceId = sequenceId;
        if (areRows) running.next = running.row;
        packetParser.execute(bytes);
      },
      (error) => reject(new UnreadableRows(error.message)),
    );
    takeAnswer(driver, running, reader);
  });
};

/** Has the reader take what the server answers to a query, from now on or once the query begins. */
function takeAnswer(driver: Driver, query: RunningQuery, reader: Driver['packetParser']): void {
  if (query.next) {
    driver.packetParser = reader;
    return;
  }
  // Another statement still runs on the connection.
  const { start } = query;
  query.start = (packet, connection) => {
    driver.packetParser = reader;
    return start.call(query, packet, connection);
  };
}

interface Driver {
  packetParser: { execute(chunk: Buffer): void };
  /** The number that the next packet must have. */
  sequenceId: number;
}

type Step = (packet: unknown, connection: unknown) => unknown;

interface RunningQuery {
  /** What is done with the next packet; undefined until it begins. */
  next?: Step | null;
  start: Step;
  readonly row: Step;
}
