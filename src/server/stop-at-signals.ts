/** What the first process tells its workers, so that they stop, too, where a signal reaches it alone. */
export const STOP = 'stop';

/**
 * At the first SIGTERM or SIGINT, or where a worker is told to, the process finishes its answers and exits 0. A second
 * signal ends it at once.
 */
export function stopAtSignals(stop: () => Promise<void>): void {
  let isStopping = false;
  let isSignalled = false;
  const begin = (): void => {
    if (isStopping) return;
    isStopping = true;
    stop().then(
      () => process.exit(0),
      (error) => {
        console.error('could not stop cleanly:', error);
        process.exit(1);
      },
    );
  };
  // Ctrl-C reaches every process: a worker may have been told before its first signal comes.
  const onSignal = (): void => {
    if (isSignalled) process.exit(1);
    isSignalled = true;
    begin();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  if (!process.connected) return;
  process.on('message', (message) => {
    if (message === STOP) begin();
  });
}
