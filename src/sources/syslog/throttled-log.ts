/** Milliseconds between two times that the same thing is said. */
const BETWEEN = 60_000;

/** Makes what is said at most once a minute, however often there is a reason to. */
export function throttled<Args extends unknown[]>(say: (...args: Args) => void): (...args: Args) => void {
  let said = Number.NEGATIVE_INFINITY;
  return (...args) => {
    if (performance.now() - said < BETWEEN) return;
    said = performance.now();
    say(...args);
  };
}
