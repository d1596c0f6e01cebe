import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { filesAndTruth, idsIn } from './imported.js';
import { Program } from './program.js';
import { audit, fill, numbers, resource } from './rows.js';
import { Scene } from './scene.js';
import { TOKEN } from './stand-in-gateway.js';

const scene = new Scene();
const program = new Program();

const start = (format = 'ndjson') =>
  program.start(['--url', scene.gateway.url, '--out', scene.out, '--format', format, '--page-size', '4'], {
    PAM_GATEWAY_TOKEN: TOKEN,
  });
const locks = () => readdirSync(scene.out).filter((name) => name.endsWith('.lock'));

test.each(['ndjson', 'csv'] as const)('killing it again and again leaves every row once in %s', async (format) => {
  fill(scene.gateway);
  for (let round = 1; round <= 8; round++) {
    const connector = start(format);
    scene.gateway.requests = [];
    scene.gateway.onRequest = () => {
      if (scene.gateway.requests.length === round * 2) setTimeout(() => connector.kill('SIGKILL'), Math.random() * 12);
    };
    await once(connector, 'exit');
    scene.gateway.onRequest = () => {};
    scene.gateway.resources.upsert(...numbers(round, round + 5).map((id) => resource(id, round)));
    scene.gateway.resources.delete(String(round));
    scene.gateway.audits.upsert(...numbers(21 + round * 20, 40 + round * 20).map(audit));
    if (round % 3 === 0) scene.gateway.scope++;
  }
  const [code] = await once(start(format), 'exit');
  expect(code).toBe(0);
  const [files, truth] = filesAndTruth(scene.out, scene.gateway, format);
  expect(files).toEqual(truth);
});

test('the lock of a connector that was killed does not stop the next one', async () => {
  fill(scene.gateway);
  const connector = start();
  scene.gateway.faults = [() => connector.kill('SIGKILL')];
  await once(connector, 'exit');
  expect(locks()).toHaveLength(1);
  await scene.run();
  expect(locks()).toEqual([]);
  expect(idsIn(scene.out, 'audits')).toEqual(numbers(1, 40));
});

test('two connectors on one directory: the second is refused while the first runs', async () => {
  const connector = start();
  await new Promise<void>((asked) => {
    scene.gateway.faults = [() => asked()];
  });
  await expect(scene.run()).rejects.toThrow(`Another connector writes to ${scene.out}: process ${connector.pid} on`);
  connector.kill('SIGKILL');
  await once(connector, 'exit');
});
