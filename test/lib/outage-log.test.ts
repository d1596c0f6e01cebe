import { expect, test } from 'vitest';
import { OutageLog } from '../../src/lib/outage-log.js';

function outageLog() {
  const lines: object[] = [];
  const clock = { now: 0 };
  const add = (fields: object, message: string) => void lines.push({ ...fields, message });
  return { lines, clock, outage: new OutageLog({ warn: add, info: add }, () => clock.now) };
}

test('an outage of ten thousand failures is a line at its beginning, one a minute, and one at its end', () => {
  const { lines, clock, outage } = outageLog();
  for (let n = 0; n < 10_000; n++) {
    clock.now = n * 12;
    outage.failed({ n });
  }
  outage.succeeded();
  clock.now += 10_000;
  outage.succeeded();
  outage.succeeded();
  expect(lines).toEqual([
    { n: 0, message: 'requests fail: something that the gateway needs is unavailable' },
    { n: 5_000, failures: 5_001, seconds: 60, message: 'requests still fail' },
    { failures: 10_000, seconds: 120, message: 'requests succeed again' },
  ]);
});

test('a success among failures does not end an outage', () => {
  const { lines, clock, outage } = outageLog();
  for (; clock.now < 50_000; clock.now += 100) {
    outage.failed({});
    outage.succeeded();
  }
  expect(lines).toHaveLength(1);
});

test('nothing is logged without a failure', () => {
  const { lines, outage } = outageLog();
  outage.succeeded();
  expect(lines).toEqual([]);
});
