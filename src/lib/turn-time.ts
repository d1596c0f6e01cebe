let time: number | undefined;

/**
 * When the present turn of the event loop began to be timed, in milliseconds of `performance.now()`. Requests that came
 * while the process was busy with another are read in one turn: they came at once, however long each of them then takes.
 */
export function turnTime(): number {
  if (time === undefined) {
    time = performance.now();
    setImmediate(() => {
      time = undefined;
    });
  }
  return time;
}
