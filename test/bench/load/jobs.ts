import type { Timing } from './connection.js';

/** Something that is asked again and again; `length` is that of its answer's body, when its rows were compared. */
export interface Question {
  readonly text: string;
  readonly length: number;
}

/** Clients at once, each of which asks the next question when the one before is answered. */
export interface PagesJob {
  readonly kind: 'pages';
  readonly port: number;
  readonly clients: number;
  readonly seconds: number;
  readonly questions: readonly Question[];
}

/** One answer of any length, read to its end, or for some seconds at a pace. */
export interface StreamJob {
  readonly kind: 'stream';
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly pace?: { readonly bytesPerSecond: number; readonly seconds: number };
}

/** One client that reads a list to its end, a page after the other: `path` and what the page before it said is next. */
export interface WalkJob {
  readonly kind: 'walk';
  readonly port: number;
  readonly path: string;
}

export type Job = PagesJob | StreamJob | WalkJob;

export interface PagesResult {
  /** Until the last answer came. */
  readonly seconds: number;
  readonly timings: readonly Timing[];
  /** Requests that the server had no room for; a client that is told so waits as long as it is told. */
  readonly refused: number;
}

export interface StreamResult {
  readonly seconds: number;
  /** Until the first byte of the body, in milliseconds. */
  readonly firstByte: number;
  readonly bytes: number;
  readonly lines: number;
  readonly isWhole: boolean;
}

export interface WalkResult {
  readonly seconds: number;
  readonly rows: number;
}

export type ResultOf<J extends Job> = J extends PagesJob
  ? PagesResult
  : J extends StreamJob
    ? StreamResult
    : WalkResult;
