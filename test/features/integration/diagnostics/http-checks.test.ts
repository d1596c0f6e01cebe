import 'reflect-metadata';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../../src/features/integration/diagnostics/finding.js';
import { checkAnswer, checkBuild, checkClock } from '../../../../src/features/integration/diagnostics/http-checks.js';

const anAnswer = (text: string, status = 200) => ({ status, text, date: undefined, receivedAt: 0 });
const said = ({ status, detail }: Finding) => `${status} ${detail}`;

describe('what looks like Analytics Plus', () => {
  test.each([
    ['Server\nZROP', 'PASS'],
    ['<title>ManageEngine Analytics Plus</title>', 'PASS'],
    ['Set-Cookie\nZROPSESSION=1', 'PASS'],
    ['<title>ManageEngine</title>', 'PASS'],
    ['<title>ManageEngine PAM360</title>', 'WARN'],
    ['<title>ManageEngine Password Manager Pro</title>', 'WARN'],
    ['It works!', 'WARN'],
    ['', 'WARN'],
  ])('%s: %s', (text, status) => {
    expect(checkAnswer(anAnswer(text)).status).toBe(status);
  });

  test('a failure of its own is a warning', () => {
    expect(said(checkAnswer(anAnswer('Analytics Plus', 503)))).toMatch(/^WARN Analytics Plus answers that it failed: /);
  });
});

describe('the build', () => {
  test.each([
    ['{"buildNumber":"4301"}', 'PASS Analytics Plus has build 4301.'],
    ['{"buildNumber" : 6100}', 'PASS Analytics Plus has build 6100.'],
    ['Build 4301.', 'PASS Analytics Plus has build 4301.'],
    ['main.js?build=5300&x', 'PASS Analytics Plus has build 5300.'],
    ['Build No. 0004301', 'PASS Analytics Plus has build 4301.'],
    ['Build Number: 4300', 'FAIL Analytics Plus has build 4300, older than 4301: update it.'],
    ['build 999999999', 'PASS Analytics Plus has build 999999999.'],
  ])('%s: %s', (text, found) => {
    expect(said(checkBuild(anAnswer(`Analytics Plus ${text}`)))).toBe(found);
  });

  test.each(['build 1234567890', 'build 4.3', 'build', 'building 4301', 'build <b>4301</b>'])(
    '%s tells none',
    (text) => {
      expect(said(checkBuild(anAnswer(`Analytics Plus ${text}`)))).toMatch(/^SKIPPED No build is told there: .*4301/);
    },
  );

  test('of something else is none', () => {
    expect(checkBuild(anAnswer('Jenkins build 12')).status).toBe('SKIPPED');
  });
});

describe('the clock', () => {
  const receivedAt = Date.parse('2026-03-01T12:00:00.400Z');
  test.each([
    ['Sun, 01 Mar 2026 12:00:00 GMT', /^PASS The clocks of the two machines agree\.$/],
    ['Sun, 01 Mar 2026 11:59:55 GMT', /^PASS /],
    ['Sun, 01 Mar 2026 11:59:54 GMT', /^WARN The clock of Analytics Plus is 6 seconds behind: set both machines by/],
    ['Sun, 01 Mar 2026 12:05:00 GMT', /^WARN The clock of Analytics Plus is 300 seconds ahead: /],
    ['Sun, 01 Mar 2026 13:00:00 GMT', /^FAIL The clock of Analytics Plus is 3600 seconds ahead: /],
    ['2026-03-01', /^SKIPPED The answer tells no time: /],
    ['Sun, 99 Mar 2026 12:00:00 GMT', /^SKIPPED /],
    [undefined, /^SKIPPED /],
  ])('%s: %s', (date, found) => {
    expect(said(checkClock({ date, receivedAt }))).toMatch(found);
  });
});
