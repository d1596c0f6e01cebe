/** What the first process tells its workers, so that they stop, too, where a signal reaches it alone. */
export const STOP = 'stop';

/**
 * At the first SIGTERM or SIGINT, or where a worker is told to, the process finishes its answers and exits 0. A second
 * signal ends it at once.
 */
export function stopAtSignals(stop: () => Promise<void>): void {
  let stopping = false;
  const begin = (): void => {
    stopping = true;
    stop().then(
      () => process.exit(0),
      (error) => {
        console.error('could not stop cleanly:', error);
        process.exit(1);
      },
    );
  };
  const onSignal = (): void => {
    if (stopping) process.exit(1);
    begin();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  if (!process.connected) return;
  process.on('message', (message) => {
    if (message === STOP && !stopping) begin();
  });
}
