import { isUtf8 } from 'node:buffer';
import { quote } from '../../lib/quote.js';
import { NOT_UTF8, type Row, TOO_LONG } from './import-line.js';

/** Reads one row that is written as JSON; no bytes stand for a row that is too long. */
export function jsonRow(line: number, bytes: Buffer | undefined): Row {
  if (!bytes) return { line, refused: TOO_LONG };
  if (!isUtf8(bytes)) return { line, refused: NOT_UTF8 };
  const text = bytes.toString();
  try {
    return { line, value: JSON.parse(text) };
  } catch (error) {
    return { line, refused: `not JSON: ${describe((error as Error).message, text)}` };
  }
}

const NAMED_POSITION = /^(.*?)(?: in JSON)? at position (\d+)/s;
const QUOTED_PLACE = /^(Unexpected token .+?), (\.\.\.)?"(.*?)"(?:\.\.\.)? is not valid JSON$/s;

/** The engine names either the position of a fault or what stands around it. This gives both where they can be told. */
function describe(message: string, text: string): string {
  const named = NAMED_POSITION.exec(message);
  if (named) return at(named[1]!, text, Number(named[2]));
  const quoted = QUOTED_PLACE.exec(message);
  if (!quoted) return at(message, text, text.trimEnd().length);
  const [, problem, cutBefore, place] = quoted as unknown as [string, string, string | undefined, string];
  const start = text.indexOf(place);
  // The engine shows ten characters before the token, and the whole text if it is short.
  if (cutBefore && start >= 0 && text.indexOf(place, start + 1) < 0) return at(problem, text, start + 10);
  return `${problem} in ${quote(place, 50)}`;
}

function at(problem: string, text: string, position: number): string {
  const begin = Math.max(0, position - 30);
  return `${problem} at character ${position + 1}, after ${quote(text.slice(begin, position))}`;
}
