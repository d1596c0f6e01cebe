import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ConnectorFixture } from './connector.fixture.js';
import { filesAndTruth, idsIn } from './imported.js';
import { Program } from './program.js';
import { audit, fill, numbers, resource } from './rows.js';
import { TOKEN } from './stand-in-gateway.js';

const fixture = new ConnectorFixture();
const program = new Program();

const start = (format = 'ndjson') =>
  program.start(['--url', fixture.gateway.url, '--out', fixture.out, '--format', format, '--page-size', '4'], {
    PAM_GATEWAY_TOKEN: TOKEN,
  });
const locks = () => readdirSync(fixture.out).filter((name) => name.endsWith('.lock'));

test.each(['ndjson', 'csv'] as const)('killing it again and again leaves every row once in %s', async (format) => {
  fill(fixture.gateway);
  for (let round = 1; round <= 8; round++) {
    const connector = start(format);
    fixture.gateway.requests = [];
    fixture.gateway.onRequest = () => {
      if (fixture.gateway.requests.length === round * 2)
        setTimeout(() => connector.kill('SIGKILL'), Math.random() * 12);
    };
    await once(connector, 'exit');
    fixture.gateway.onRequest = () => {};
    fixture.gateway.resources.upsert(...numbers(round, round + 5).map((id) => resource(id, round)));
    fixture.gateway.resources.delete(String(round));
    fixture.gateway.audits.upsert(...numbers(21 + round * 20, 40 + round * 20).map(audit));
    if (round % 3 === 0) fixture.gateway.scope++;
  }
  const [code] = await once(start(format), 'exit');
  expect(code).toBe(0);
  const [files, truth] = filesAndTruth(fixture.out, fixture.gateway, format);
  expect(files).toEqual(truth);
});

test('the lock of a connector that was killed does not stop the next one', async () => {
  fill(fixture.gateway);
  const connector = start();
  fixture.gateway.errors = [() => connector.kill('SIGKILL')];
  await once(connector, 'exit');
  expect(locks()).toHaveLength(1);
  await fixture.run();
  expect(locks()).toEqual([]);
  expect(idsIn(fixture.out, 'audits')).toEqual(numbers(1, 40));
});

test('two connectors on one directory: the second is refused while the first runs', async () => {
  const connector = start();
  await new Promise<void>((asked) => {
    fixture.gateway.errors = [() => asked()];
  });
  await expect(fixture.run()).rejects.toThrow(
    `Another connector writes to ${fixture.out}: process ${connector.pid} on`,
  );
  connector.kill('SIGKILL');
  await once(connector, 'exit');
});
