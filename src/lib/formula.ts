/**
 * The codes of the characters with which a text begins that a spreadsheet may run as a formula: `=`, `+`, `-`, `@`, their
 * full-width forms, tab, line feed and carriage return. (OWASP, CSV Injection)
 */
export const FORMULA_STARTS: readonly number[] = [0x3d, 0x2b, 0x2d, 0x40, 0xff1d, 0xff0b, 0xff0d, 0xff20, 9, 10, 13];

/** A text with an apostrophe before it if a spreadsheet may run it as a formula. */
export function escapeFormula(text: string): string {
  return FORMULA_STARTS.includes(text.charCodeAt(0)) ? `'${text}` : text;
}
