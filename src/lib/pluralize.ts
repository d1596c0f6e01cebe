/** A number of things, as in '1 password' and '2 passwords'; `thing` is in the singular and has a regular plural. */
export function pluralize(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}
