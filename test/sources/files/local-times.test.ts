import { expect, test } from 'vitest';
import { Module } from '../../../src/database/module.js';
import { TimeZone } from '../../../src/lib/time-zone.js';
import { readImportFile } from '../../../src/sources/files/import-file.js';
import { LocalTimes } from '../../../src/sources/files/local-times.js';
import { anAudit, fileOf } from './read.js';

test('times that the clock showed twice, or never, are counted with their first lines', async () => {
  const times = [
    '2026-10-25 02:30:00',
    '2026-10-25T02:30:00+01:00',
    '2026/10/25 02:59:59',
    '2026-03-29 02:30:00',
    '20261025023000',
  ];
  const rows = times.map((occurredAt, n) => JSON.stringify({ ...anAudit(n), occurredAt }));
  const path = await fileOf('local.ndjson', rows.join('\n'));
  const zone = new TimeZone('Europe/Berlin');
  const localTimes = new LocalTimes(zone);
  const read: string[] = [];
  for await (const line of readImportFile(Module.AUDITS, path, { zone, localTimes })) {
    if ('record' in line) read.push(line.record.occurredAt);
  }
  expect(read).toEqual([
    '2026-10-25T00:30:00.000Z',
    '2026-10-25T01:30:00.000Z',
    '2026-10-25T00:59:59.000Z',
    '2026-03-29T01:30:00.000Z',
    '2026-10-25T00:30:00.000Z',
  ]);
  expect(localTimes.warnings()).toEqual([
    expect.stringMatching(/^3 times .* showed twice, .* \(lines 1, 3, 5\)/),
    expect.stringMatching(/^1 time .* skipped, .* \(line 4\)/),
  ]);
});
