import { DateTimeError, parseDateTime } from '../../lib/date-time.js';
import { ConnectorError } from './connector-error.js';
import { endpointOf } from './endpoint.js';
import type { ModuleName } from './modules.js';
import type { FormatName } from './row-format.js';
import type { Seen } from './seen.js';

/** What a run tells as it begins a module and after each page. `rows` counts what this run has received. */
export interface ConnectorProgress {
  module: ModuleName;
  rows: number;
  rowsPerSecond: number;
  caughtUp: boolean;
}

export interface ConnectorOptions {
  /** Of the gateway, or of its /graphql. */
  url: string;
  token: string;
  /** The directory of the files and of the state; it is made where it does not exist. */
  out: string;
  format: FormatName;
  /** RFC 3339 with Z or an offset: audits that occurred before are left out. Remembered for later runs. */
  since?: string;
  pageSize: number;
  /** Whether text in CSV that a spreadsheet may run as a formula gets an apostrophe before it. */
  safe?: boolean;
  /** Modules to import again from their beginning. */
  resync?: readonly ModuleName[];
  onProgress?: (progress: ConnectorProgress) => void;
  /** Gets what the token sees, at the end of a first run and of one that leaves a module without rows. */
  onSeen?: (seen: readonly Seen[]) => void;
  signal?: AbortSignal;
  /** The first pause before a request is tried again, in milliseconds; 500 where it is left out. */
  retryBaseMs?: number;
  /** How long the gateway may say nothing during a request, in milliseconds; 90,000 where it is left out. */
  idleMs?: number;
  /** How long a request may take in all, in milliseconds; 30 minutes if it is left out. */
  longestMs?: number;
  /** The most bytes of an answer; 256 MiB if it is left out. */
  maxAnswerBytes?: number;
}

/** What a run is given, after all that can be checked before it begins. */
export interface CheckedOptions {
  endpoint: string;
  format: FormatName;
  since: string | null;
  safe: boolean;
  resync: ReadonlySet<ModuleName>;
}

/** Throws ConnectorError for options that cannot be meant. */
export function checkOptions({
  url,
  token,
  format,
  since,
  pageSize,
  resync,
  safe = false,
}: ConnectorOptions): CheckedOptions {
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new ConnectorError('The token is empty or holds characters that no token has.');
  if (!Number.isSafeInteger(pageSize) || pageSize < 1)
    throw new ConnectorError('The page size must be a whole number from 1.');
  if (safe && format !== 'csv') throw new ConnectorError('--safe is for --format csv: leave it out for other formats.');
  return { endpoint: endpointOf(url), format, since: sinceOf(since), safe, resync: new Set(resync) };
}

function sinceOf(since: string | undefined): string | null {
  try {
    return since === undefined ? null : parseDateTime(since);
  } catch (error) {
    if (error instanceof DateTimeError) throw new ConnectorError(`--since: ${error.message}`);
    throw error;
  }
}
