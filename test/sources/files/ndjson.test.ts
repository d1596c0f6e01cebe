import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lines } from '../../../src/sources/files/lines.js';
import { cut } from './cut.js';
import { anAudit, outcomes, readAudits } from './read.js';

const audit = (id: number) => JSON.stringify(anAudit(id));

describe('a file of one object a line', () => {
  it('may have a byte order mark, CRLF, blank lines and no line feed at the end', async () => {
    const content = `\ufeff${audit(1)}\r\n\r\n  \n${audit(4)}`;
    expect(outcomes((await readAudits('a.ndjson', content)).lines)).toEqual([
      [1, '1'],
      [4, '4'],
    ]);
  });

  it('goes on after a line that is no JSON', async () => {
    const content = [audit(1), '{"sourceId": nope}', '{"sourceId":"3"', audit(4)].join('\n');
    expect(outcomes((await readAudits('a.ndjson', content)).lines)).toEqual([
      [1, '1'],
      [2, `not JSON: Unexpected token 'o' in "{\\"sourceId\\": nope}"`],
      [3, `not JSON: Expected ',' or '}' after property value at character 16, after "{\\"sourceId\\":\\"3\\""`],
      [4, '4'],
    ]);
  });

  it('quotes no more than a little of a line that is no JSON', async () => {
    const long = 'secret '.repeat(1000);
    const errors = [`{"reason":"${long}" oops}`, `{"reason":"${long}\u0001"}`, `{"${long}":nope}`, `{"a":"${long}`];
    const { lines } = await readAudits('a.ndjson', errors.join('\n'));
    expect(lines).toHaveLength(errors.length);
    for (const entry of lines) expect(entry).toMatchObject({ refused: expect.stringMatching(/^not JSON: .{1,140}$/) });
  });

  it.each([
    ['[1]', 'a list where an object of fields is expected'],
    ['"text"', 'a text where an object of fields is expected'],
    ['null', 'null where an object of fields is expected'],
  ])('refuses a line that is %s', async (line, refused) => {
    expect(outcomes((await readAudits('a.ndjson', line)).lines)).toEqual([[1, refused]]);
  });

  it('refuses a line that is not UTF-8, and that line only', async () => {
    const content = Buffer.from(`${audit(1)}\n${audit(2).replace('ann', 'J\u00fcrgen')}\n${audit(3)}`, 'latin1');
    expect(outcomes((await readAudits('a.ndjson', content)).lines)).toEqual([
      [1, '1'],
      [2, 'not UTF-8: save the file as UTF-8'],
      [3, '3'],
    ]);
  });

  it('refuses a line over 1 MiB and goes on', async () => {
    const long = `{"sourceId":"${'x'.repeat(5 * 1024 * 1024)}"}`;
    expect(outcomes((await readAudits('a.ndjson', [audit(1), long, audit(3)].join('\n'))).lines)).toEqual([
      [1, '1'],
      [2, 'longer than 1 MiB'],
      [3, '3'],
    ]);
  });
});

describe('lines', () => {
  it('are the same however the bytes are cut into chunks', async () => {
    const parts = fc.array(fc.constantFrom('a', 'é', '\n', '\r\n', '{}'), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(parts, fc.integer({ min: 1, max: 7 }), async (pieces, size) => {
        const bytes = Buffer.from(pieces.join(''));
        const expected = bytes.toString().split('\n');
        if (expected.at(-1) === '') expected.pop();
        const found: string[] = [];
        for await (const batch of lines(cut(bytes, size))) for (const { bytes } of batch) found.push(bytes!.toString());
        expect(found).toEqual(expected);
      }),
    );
  });
});
