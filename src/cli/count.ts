/** A number of things for people to read, rounded to a whole one: 12,345. */
export function count(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}
