/**
 * Shares the event loop between short work, such as a page or a health check, and long work, such as a large push. Long work
 * runs in slices, one in each turn of the loop. While short work is under way, it waits after each slice three times
 * as long as the slice took, so that it never has more than a quarter of the process; else it goes on at once.
 */

/** Milliseconds after which long work lets others run. */
const SLICE = 4;

/** How many times as long as a slice short work goes first after it. */
const SHARE_OF_SHORT_WORK = 3;

/** Milliseconds after the end of short work in which its client is likely to send more. */
const LIKELY_MORE = 3;

interface Waiting {
  readonly resume: () => void;
}

const waiting: Waiting[] = [];
/** Whether `runNext` is scheduled. */
let scheduled = false;
/** When the present turn, or slice, began; undefined where nobody has asked in this turn. */
let began: number | undefined;
/** Since when no slice runs, and how long short work goes first. */
let pausedAt = 0;
let owed = 0;

let shortWork = 0;
let lastShortWork = Number.NEGATIVE_INFINITY;

/** Says that short work begins; call the function that it returns when it ends. Calling it again does nothing. */
export function shortWorkBegins(): () => void {
  shortWork++;
  let ended = false;
  return () => {
    if (ended) return;
    ended = true;
    shortWork--;
    lastShortWork = performance.now();
  };
}

/** Lets others run where this turn has lasted long enough; undefined where it has not. For the inside of long loops. */
export function yieldIfLong(): Promise<void> | undefined {
  const now = performance.now();
  if (began === undefined) {
    turnBegan(now);
    return undefined;
  }
  return now - began < SLICE ? undefined : yieldToOthers();
}

/** Lets others run, then goes on in a turn in which no other long work does. */
export function yieldToOthers(): Promise<void> {
  const now = performance.now();
  if (began !== undefined) {
    owed = SHARE_OF_SHORT_WORK * (now - began);
    pausedAt = now;
  }
  return new Promise((resume) => {
    waiting.push({ resume });
    schedule();
  });
}

/** Runs `work` on each item in slices; the results are in the order of the items. */
export async function mapInSlices<Item, Result>(
  items: readonly Item[],
  work: (item: Item, index: number) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const [index, item] of items.entries()) {
    results.push(work(item, index));
    const pause = yieldIfLong();
    if (pause) await pause;
  }
  return results;
}

/** Items that are released between two looks at the time. */
const RELEASED_AT_ONCE = 50;

/**
 * Makes promises of items that are released in slices, so that whatever awaits them, such as graphql-js, works in slices, too.
 * `onLong` is called once if it takes more than one.
 */
export function releasedInSlices<Item>(items: readonly Item[], onLong?: () => void): readonly (Item | Promise<Item>)[] {
  if (items.length <= RELEASED_AT_ONCE) return items;
  let turn = Promise.resolve();
  return items.map((item, index) => {
    if (index > 0 && index % RELEASED_AT_ONCE === 0) turn = turn.then(() => workIsDone(onLong));
    return turn.then(() => item);
  });
}

/** Resolves after the work that waits for what was just released, and after others had their part of the event loop. */
function workIsDone(onLong: (() => void) | undefined): Promise<void> {
  return new Promise((resolve) => {
    // Runs as soon as no promise has anything left to run.
    process.nextTick(() => {
      const pause = yieldIfLong();
      if (!pause) return resolve();
      onLong?.();
      pause.then(resolve);
    });
  });
}

function schedule(): void {
  if (scheduled || waiting.length === 0) return;
  scheduled = true;
  setImmediate(runNext);
}

function runNext(): void {
  const now = performance.now();
  if (now - pausedAt < owed && (shortWork > 0 || now - lastShortWork < LIKELY_MORE)) {
    setTimeout(runNext, 1);
    return;
  }
  scheduled = false;
  turnBegan(now);
  waiting.shift()?.resume();
  // What was resumed runs before this does.
  setImmediate(sliceEnded, now);
}

/** Ends the slice that began at `from`, where it did not end itself. */
function sliceEnded(from: number): void {
  if (pausedAt < from) {
    pausedAt = performance.now();
    owed = SHARE_OF_SHORT_WORK * (pausedAt - from);
  }
  schedule();
}

/** The turn is over when the loop comes to what is set here. */
function turnBegan(now: number): void {
  began = now;
  setImmediate(() => {
    if (began === now) began = undefined;
  });
}
