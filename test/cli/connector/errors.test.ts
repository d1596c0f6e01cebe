import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConnectorFixture } from './connector.fixture.js';
import { filesAndTruth, idsIn } from './imported.js';
import { fill, numbers } from './rows.js';
import { badJson, json, resetInTheMiddle, status, TOKEN } from './stand-in-gateway.js';

const fixture = new ConnectorFixture();
const refusal = (code: string, message = 'No.') => json({ errors: [{ message, extensions: { code } }] });

test.each([
  ['an HTTP 500', status(500)],
  ['an HTTP 429 that says when to come back', status(429, { 'retry-after': '0' })],
  ['a connection reset in the middle of an answer', resetInTheMiddle],
  ['an answer that is cut off', badJson],
  ['an error of the gateway itself', refusal('INTERNAL_SERVER_ERROR')],
  ['a gateway that is busy', refusal('UNAVAILABLE')],
  ['a page of another shape', json({ data: { resourceFeed: { changes: null } } })],
])('%s is tried again, and no row is lost or doubled', async (_name, error) => {
  fill(fixture.gateway);
  fixture.gateway.errors = [error, error, null, error, null, null, error, null, error];
  await fixture.run();
  const [files, truth] = filesAndTruth(fixture.out, fixture.gateway);
  expect(files).toEqual(truth);
});

test('a gateway that is silent for too long is asked again', async () => {
  fill(fixture.gateway);
  fixture.gateway.errors = [() => {}];
  await fixture.run({ idleMs: 200 });
  expect(idsIn(fixture.out, 'resources')).toEqual(numbers(1, 12));
});

test.each([
  ['in one line', 'x'.repeat(64 * 1024)],
  ['in many lines', '{}\n'.repeat(20_000)],
])('an answer that never ends, %s, is not read on', async (_name, part) => {
  let sent = 0;
  fixture.gateway.errors = [
    (_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write(part)) sent += part.length;
      };
      response.on('drain', more);
      more();
    },
  ];
  await expect(fixture.run({ maxAnswerBytes: 2 * 1024 * 1024 })).rejects.toThrow(
    /^The answer is longer than 2 MiB, and was not read on\..*--page-size/,
  );
  expect(fixture.gateway.requests).toHaveLength(1);
  expect(sent).toBeLessThan(100 * 1024 * 1024);
});

test('an answer that comes drop by drop is given up in the end, and asked for again', async () => {
  fill(fixture.gateway);
  fixture.gateway.errors = [
    (_request, response) => {
      const drops = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drops));
    },
  ];
  await fixture.run({ longestMs: 1_000 });
  expect(idsIn(fixture.out, 'resources')).toEqual(numbers(1, 12));
});

test('eight tries are enough: the run ends and a later one goes on', async () => {
  fill(fixture.gateway);
  fixture.gateway.errors = [null, ...Array(8).fill(status(503))];
  await expect(fixture.run()).rejects.toThrow(/HTTP 503.*Gave up after 8 tries/);
  expect(fixture.gateway.requests).toHaveLength(9);
  await fixture.run();
  const [files, truth] = filesAndTruth(fixture.out, fixture.gateway);
  expect(files).toEqual(truth);
});

test('a gateway that is not there is a clear error', async () => {
  await fixture.gateway.stop();
  await expect(fixture.run()).rejects.toThrow('cannot be reached: ECONNREFUSED');
});

describe('a refusal ends the run at once, with the words of the gateway', () => {
  test('of a token that is not valid', async () => {
    const other = `pag_${'b'.repeat(49)}`;
    await expect(fixture.run({ token: other })).rejects.toThrow('The token is not valid. (UNAUTHENTICATED)');
    expect(fixture.gateway.requests).toHaveLength(1);
  });

  test('of a module that the token may not read, and keeps what was imported before', async () => {
    fill(fixture.gateway);
    fixture.gateway.forbidden = 'userAccountFeed';
    await expect(fixture.run()).rejects.toThrow(/^USER_ACCOUNTS: .*needs a privilege.*may not read this module/);
    expect(idsIn(fixture.out, 'resources')).toEqual(numbers(1, 12));
    expect(existsSync(join(fixture.out, 'audits.ndjson'))).toBe(false);
  });

  test('of a page that is too large', async () => {
    fixture.gateway.errors = [refusal('BAD_USER_INPUT', 'first is at most 10000.')];
    await expect(fixture.run({ pageSize: 20_000 })).rejects.toThrow('first is at most 10000.');
  });
});

test.each([
  ['resourceFeed', 'changes', { kind: 'DELETE', id: '1' }],
  ['auditFeed', 'nodes', { id: '1' }],
])('a %s that does not advance is an error, not a loop', async (feed, items, row) => {
  fill(fixture.gateway, { resources: 0, users: 0, audits: 0 });
  const stuck = json({ data: { [feed]: { [items]: [row], nextCursor: 'same', caughtUp: false } } });
  fixture.gateway.errors = feed === 'auditFeed' ? [null, null, stuck, stuck] : [stuck, stuck];
  await expect(fixture.run()).rejects.toThrow('does not advance');
});

test('a feed that goes round in a circle is an error, not a loop', async () => {
  const page = (nextCursor: string) => json({ data: { resourceFeed: { changes: [], nextCursor, caughtUp: false } } });
  fixture.gateway.errors = [page('a'), page('b'), page('a'), page('b')];
  await expect(fixture.run()).rejects.toThrow('does not advance');
});

test('a redirect is not followed, so the token goes nowhere else', async () => {
  fixture.gateway.errors = [status(301, { location: 'https://elsewhere.example/' })];
  await expect(fixture.run()).rejects.toThrow('redirects to https://elsewhere.example/');
});

test('an address that is no gateway is a clear error', async () => {
  fixture.gateway.errors = [
    (_request, response) => {
      response.setHeader('content-type', 'text/html').end('<html></html>');
    },
  ];
  await expect(fixture.run()).rejects.toThrow('The answer is text/html, not JSON');
  fixture.gateway.errors = [status(404)];
  await expect(fixture.run()).rejects.toThrow('HTTP 404. Does the URL name the gateway?');
});

test('a server that sends the token back does not bring it onto the screen', async () => {
  fixture.gateway.errors = [refusal('FORBIDDEN', `No such token: ${TOKEN}\u001b[2J`)];
  await expect(fixture.run()).rejects.toThrow(/No such token: \[token\] \[2J \(FORBIDDEN\)/);
});
