import type { EncodedRow } from '../../../row-encoding.js';
import { rowEncoderWasm } from './encoder.wasm.js';
import { COLUMNS_AT, type KeyedBuffer, type Layout } from './layout.js';

/** Why the writer came back, as `wasm/row-encoder.ts` numbers it. */
export enum Outcome {
  /** What is left is no whole packet. */
  MORE = 0,
  /** Only within this file. */
  FULL = 1,
  /** What follows is the packet behind the last row, or that of an error. */
  LAST = 2,
  /** What follows is a row of 16 MiB or more, which comes in several packets. */
  TOO_LONG = 3,
}

/** What is used of it; the types of Node.js know nothing of it. */
interface WebAssembly {
  Module: new (code: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: unknown };
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  writeRows(...numbers: number[]): Outcome;
}

/** For rows of one call, each with two numbers. */
const INDEX = 2_048 * 8;
/** Bytes of text that there is room for at least. */
const OUTPUT = 128 * 1024;
/** What a copy may write behind its end. */
const BEYOND = 16;
const PAGE = 64 * 1024;
/** The escape of a control character is six bytes long. */
const MAX_BYTES_OF_ONE = 6;

let writer: Exports | undefined;
/** The memory of the writer. */
let bytes = new Uint8Array();
let words = new Uint32Array();

/**
 * The writer, made at first use.
 * @throws Error where the processor does not know its instructions
 */
export function rowEncoder(): Exports {
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssembly }).WebAssembly;
  try {
    writer ??= new Instance(new Module(Buffer.from(rowEncoderWasm, 'base64'))).exports as Exports;
    return writer;
  } catch (cause) {
    const message = 'the processor has no 128-bit instructions (SSE4.1, NEON)';
    throw new Error(message, { cause });
  }
}

/**
 * Writes the rows that stand whole in packets, into `rows`; how it ended, and how many bytes were read. It runs in one memory
 * for all, which holds nothing between two calls: what was written is copied out of it.
 */
export function encodePackets(
  layout: Layout,
  packets: readonly Uint8Array[],
  rows: EncodedRow[],
): { outcome: Outcome; read: number } {
  const { writeRows } = rowEncoder();
  const length = packets.reduce((sum, part) => sum + part.length, 0);
  const index = aligned(COLUMNS_AT + layout.memory.length + BEYOND);
  const input = index + INDEX;
  const inputEnd = input + length;
  const kept = aligned(inputEnd + BEYOND);
  const output = aligned(kept + length + BEYOND);
  makeRoom(output + OUTPUT);
  bytes.set(layout.memory, COLUMNS_AT);
  let at = input;
  for (const part of packets) {
    bytes.set(part, at);
    at += part.length;
  }
  at = input;
  for (;;) {
    const { columns, ending, endingLength, around, isJson } = layout;
    const outcome = writeRows(
      COLUMNS_AT,
      columns,
      ending,
      endingLength,
      around,
      isJson ? 1 : 0,
      at,
      inputEnd,
      index,
      index + INDEX,
      kept,
      output,
      bytes.length - BEYOND,
    );
    const [encoded, read, keptEnd, end] = words as unknown as [number, number, number, number];
    if (encoded > 0) {
      const buffer = {
        bytes: Buffer.from(bytes.subarray(output, end)),
        kept: Buffer.from(bytes.subarray(kept, keptEnd)),
        separator: layout.separator,
      };
      addRows(layout, buffer, index, encoded, rows);
    } else if (outcome === Outcome.FULL) {
      const next = bytes[read]! + bytes[read + 1]! * 0x100 + bytes[read + 2]! * 0x10000;
      makeRoom(output + around + MAX_BYTES_OF_ONE * next + BEYOND);
    }
    if (outcome !== Outcome.FULL) return { outcome, read: read - input };
    at = read;
  }
}

function addRows(
  { Row, separator }: Layout,
  buffer: KeyedBuffer,
  index: number,
  count: number,
  rows: EncodedRow[],
): void {
  let word = index / 4;
  let start = words[word]!;
  for (let n = 1; n <= count; n++) {
    const next = n < count ? words[word + 2]! : buffer.bytes.length;
    rows.push(new Row(buffer, start, next - separator.length, words[word + 1]!));
    start = next;
    word += 2;
  }
}

/** Has the memory be so many bytes long; it never becomes smaller. */
function makeRoom(length: number): void {
  const { memory } = rowEncoder();
  const missing = length - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  // A memory that has grown is another buffer.
  if (bytes.buffer === memory.buffer) return;
  bytes = new Uint8Array(memory.buffer);
  words = new Uint32Array(memory.buffer);
}

/** Copies of 16 bytes are fastest where they begin at a multiple of it. */
function aligned(address: number): number {
  return Math.ceil(address / 16) * 16;
}
