import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'words-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** The words that the check finds in a file, as `line: "word"`. */
async function wordsIn(name: string, lines: string[]): Promise<string[]> {
  const file = join(folder, name);
  writeFileSync(file, lines.join('\n'));
  const check = promisify(execFile)(process.execPath, ['test/helpers/words.mjs', file]);
  const { code, stderr } = await check.catch((error: { code: number; stderr: string }) => error).then(withCode);
  const found = stderr.split('\n').filter(Boolean);
  expect(code).toBe(found.length > 0 ? 1 : 0);
  return found.map((line) => /^.*?:(\d+: ".*?")/.exec(line)![1]!);
}

const withCode = (result: { code?: number; stderr: string }) => ({ code: result.code ?? 0, stderr: result.stderr });

describe('the check of words', () => {
  test('reads the text of a Markdown file, but not its code', async () => {
    expect(
      await wordsIn('guide.md', [
        'Begin anew. This is no file, and there is no other one.',
        'It lasts for',
        'ever, and `whoever` asks.',
        '```',
        'whoever',
        '```',
        'A foreign key, a foreign row, an understanding.',
      ]),
    ).toEqual(['1: "anew"', '1: "is no"', '2: "for ever"', '7: "foreign"']);
  });

  test('reads comments, strings and templates of a source file, but not its code', async () => {
    expect(
      await wordsIn('source.ts', [
        "import { a } from './vanished.js';",
        '/** Goes on for',
        ' * ever. */',
        'const whoever = /[`"/]told/.test(a) ? 4 / 2 / 1 : 0; // told',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a source text
        'const text = `anew ${whoever + `${a} slowed`} beside`;',
        "throw new Error('it\\'s turned away');",
      ]),
    ).toEqual(['2: "for ever"', '4: "told"', '5: "anew"', '5: "slowed"', '5: "beside"', '6: "turned away"']);
  });

  test('reads the descriptions of a schema and the titles of a test file', async () => {
    expect(await wordsIn('schema.graphql', ['"""Those that stand."""', 'type Told { anew: ID! }'])).toEqual([
      '1: "Those that"',
    ]);
    expect(await wordsIn('some.test.ts', ["test('begins anew', () => {", "  expect('told').toBe('told');"])).toEqual([
      '1: "anew"',
    ]);
  });
});
