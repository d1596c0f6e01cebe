/** One run of the checks. What it opens ends with its signal; what it waits for ends with its time. */
export interface Run {
  readonly signal: AbortSignal;
  /** The result of `work`, or undefined where it takes longer than `ms` milliseconds or than what is left of the run. */
  within<T>(ms: number, work: Promise<T>): Promise<T | undefined>;
}

/** Does `work` in `ms` milliseconds at most, as long as it waits by `within` only, and ends all that it opened. */
export async function runWithin<T>(ms: number, work: (run: Run) => Promise<T>): Promise<T> {
  const end = performance.now() + ms;
  const controller = new AbortController();
  const { signal } = controller;
  try {
    return await work({ signal, within: (limit, part) => limited(Math.min(limit, end - performance.now()), part) });
  } finally {
    controller.abort();
  }
}

function limited<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
