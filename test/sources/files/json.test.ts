import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonRows } from '../../../src/sources/files/json.js';
import { cut } from './cut.js';
import { anAudit, outcomes, readAudits } from './read.js';

const audit = (id: number) => JSON.stringify(anAudit(id));

describe('a file that is a JSON array', () => {
  it('gives each element with its number', async () => {
    const content = JSON.stringify([anAudit(1), anAudit(2)], null, 2);
    expect(outcomes((await readAudits('a.json', content)).lines)).toEqual([
      [1, '1'],
      [2, '2'],
    ]);
  });

  it('goes on after an element that is bad', async () => {
    const content = `[${audit(1)}, {"a" 1}, 17, , {]}, ${audit(6)}]`;
    expect(outcomes((await readAudits('a.json', content)).lines)).toEqual([
      [1, '1'],
      [2, 'not JSON: Expected \':\' after property name at character 7, after " {\\"a\\" "'],
      [3, 'a number where an object of fields is expected'],
      [4, 'not JSON: Unexpected end of JSON input at character 1, after ""'],
      [5, 'not JSON: Expected property name or \'}\' at character 3, after " {"'],
      [6, '6'],
    ]);
  });

  it('may be empty, or one object', async () => {
    expect(await readAudits('a.json', ' [ ] ')).toEqual({ lines: [] });
    expect(outcomes((await readAudits('a.json', audit(7))).lines)).toEqual([[1, '7']]);
  });

  it('refuses an element over 1 MiB and goes on', async () => {
    const content = `[${audit(1)},{"reason":"${',]}'.repeat(1024 * 1024)}"},${audit(3)}]`;
    expect(outcomes((await readAudits('a.json', content)).lines)).toEqual([
      [1, '1'],
      [2, 'longer than 1 MiB'],
      [3, '3'],
    ]);
  });

  it.each([
    [`[${audit(1)},${audit(2)}`, 2, 'the file ends in the middle: the list is not closed'],
    [`[${audit(1)},${audit(2).slice(0, 30)}`, 1, 'the file ends in the middle: element 2 is not closed'],
    [audit(1).slice(0, 30), 0, 'the file ends in the middle: element 1 is not closed'],
    [
      `${audit(1)}\n${audit(2)}`,
      1,
      'more follows the end of the JSON: "{\\"sourceId\\":2,\\"occur…". A file of one object a line is .ndjson, and jq -c . writes one',
    ],
    ['name,host', 0, 'the file is not a list of objects: it begins with "name,host"'],
  ])('that does not end as it should gives its good rows first: %s', async (content, good, message) => {
    const { lines, error } = await readAudits('a.json', content);
    expect(error?.message).toBe(message);
    expect(lines.filter((entry) => 'record' in entry)).toHaveLength(good);
  });

  it('is read as JSON.parse reads it, however the bytes are cut into chunks', async () => {
    const arrays = fc.array(fc.jsonValue(), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(arrays, fc.integer({ min: 1, max: 9 }), fc.nat({ max: 2 }), async (array, size, indent) => {
        const text = JSON.stringify(array, null, indent);
        const found: unknown[] = [];
        for await (const rows of jsonRows(cut(Buffer.from(text), size))) {
          for (const row of rows) found.push('value' in row ? row.value : row.refused);
        }
        expect(found).toEqual(text.startsWith('[') ? JSON.parse(text) : [JSON.parse(text)]);
      }),
    );
  });
});
