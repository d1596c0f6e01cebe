import type { Child } from './child.js';
import { type Request, send, wireText } from './http.js';
import type { Question } from './load/jobs.js';
import type { Load } from './load/load.js';
import { median, ratio } from './numbers.js';
import { processorSeconds } from './proc.js';
import { mustBeSame } from './same-rows.js';

/** A peer, and what it is asked. Each of its answers has `rows` rows. */
export interface Contestant {
  readonly name: string;
  readonly child: Child;
  readonly questions: readonly Question[];
  readonly rows: number;
}

/** What one round of a contestant was; times in milliseconds. */
export interface Sample {
  readonly rowsPerSecond: number;
  readonly rowsPerProcessorSecond: number;
  /** The database's processor time added. */
  readonly rowsPerSecondOfAll: number;
  readonly p50: number;
  readonly p99: number;
  readonly mean: number;
  readonly firstByte: number;
  /** Requests that were told to come later. */
  readonly refused: number;
}

export interface Measuring {
  readonly load: Load;
  readonly databasePid: number;
  readonly rounds: number;
  readonly seconds: number;
}

/** What rounds of several contestants were. */
export class Comparison {
  readonly samples = new Map<string, Sample[]>();

  has(name: string): boolean {
    return this.samples.has(name);
  }

  median(name: string, figure: keyof Sample): number {
    return median(this.samples.get(name)!.map((sample) => sample[figure]));
  }

  /** Of all rounds. */
  refused(name: string): number {
    return this.samples.get(name)!.reduce((sum, { refused }) => sum + refused, 0);
  }

  /** The median of what `name` had in a round for what `other` had in the same. */
  ratio(name: string, other: string, figure: keyof Sample): number {
    const others = this.samples.get(other)!;
    return median(this.samples.get(name)!.map((sample, round) => ratio(sample[figure], others[round]![figure])));
  }
}

/** Asks all contestants in turn, round by round, each round beginning with another. The first, to warm up, is not counted. */
export async function compare(
  measuring: Measuring,
  contestants: readonly Contestant[],
  clients: number,
): Promise<Comparison> {
  const comparison = new Comparison();
  for (const { name } of contestants) comparison.samples.set(name, []);
  for (const contestant of contestants) await oneRound({ ...measuring, seconds: 1 }, contestant, clients);
  for (let round = 0; round < measuring.rounds; round++) {
    for (let n = 0; n < contestants.length; n++) {
      const contestant = contestants[(round + n) % contestants.length]!;
      comparison.samples.get(contestant.name)!.push(await oneRound(measuring, contestant, clients));
    }
  }
  return comparison;
}

async function oneRound(
  { load, databasePid, seconds }: Measuring,
  { name, child, questions, rows }: Contestant,
  clients: number,
): Promise<Sample> {
  const processors = () => [processorSeconds(child.pids), processorSeconds([databasePid])] as const;
  const [before, databaseBefore] = processors();
  const result = await load.run({ kind: 'pages', port: child.port, clients, seconds, questions });
  const [after, databaseAfter] = processors();
  if (result.timings.length === 0) throw new Error(`${name} answered none of ${clients} clients`);
  const times = result.timings.map(({ whole }) => whole).sort((a, b) => a - b);
  const all = rows * times.length;
  return {
    rowsPerSecond: all / result.seconds,
    rowsPerProcessorSecond: all / (after - before),
    rowsPerSecondOfAll: all / (after - before + databaseAfter - databaseBefore),
    p50: times[Math.floor(times.length * 0.5)]!,
    p99: times[Math.ceil(times.length * 0.99) - 1]!,
    mean: times.reduce((sum, time) => sum + time, 0) / times.length,
    firstByte: median(result.timings.map(({ firstByte }) => firstByte)),
    refused: result.refused,
  };
}

/** What a contestant is asked, and how its rows are found in an answer. */
export interface Asked {
  readonly name: string;
  readonly child: Child;
  readonly requests: readonly Request[];
  readonly rowsOf: (text: string) => unknown[];
}

/**
 * Makes contestants of peers whose rows are the same: some of their answers are compared value by value.
 * @throws Error where they are not the same
 */
export async function sameRows(asked: readonly Asked[], rows: number): Promise<Contestant[]> {
  const texts = await Promise.all(asked.map(({ child, requests }) => answers(child, requests)));
  const compared = [0, Math.floor(texts[0]!.length / 2), texts[0]!.length - 1];
  for (const place of new Set(compared)) {
    const expected = asked[0]!.rowsOf(texts[0]![place]!);
    if (expected.length !== rows) throw new Error(`page ${place} of ${asked[0]!.name} has ${expected.length} rows`);
    for (const [n, { name, rowsOf }] of asked.entries()) {
      mustBeSame(expected, rowsOf(texts[n]![place]!), `page ${place} of ${asked[0]!.name} and ${name}: rows`);
    }
  }
  return asked.map(({ name, child, requests }, n) => {
    const questions = requests.map((request, place) => ({
      text: wireText(request),
      length: Buffer.byteLength(texts[n]![place]!),
    }));
    return { name, child, questions, rows };
  });
}

async function answers({ port }: Child, requests: readonly Request[]): Promise<string[]> {
  const texts: string[] = [];
  for (const request of requests) {
    const { status, text } = await send(port, request);
    if (status !== 200) throw new Error(`${request.path} was answered with ${status}: ${text.slice(0, 1_000)}`);
    texts.push(text);
  }
  return texts;
}
