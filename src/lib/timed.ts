/** Runs something that gives rows; the rows, and how many milliseconds it took. */
export async function timed<Row>(read: () => Promise<Row[]>): Promise<{ rows: Row[]; milliseconds: number }> {
  const begun = performance.now();
  const rows = await read();
  return { rows, milliseconds: performance.now() - begun };
}
