import { cpSync, mkdtempSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConnectorFixture } from './connector.fixture.js';
import { filesAndTruth } from './imported.js';
import { audit, fill, numbers, resource } from './rows.js';

const fixture = new ConnectorFixture();
const FORMATS = ['ndjson', 'csv'] as const;

/** The state is copied before the files, as on a disk where a file may be ahead of the state and never behind it. */
function imageOf(directory: string): string | null {
  const image = mkdtempSync(join(fixture.folder, 'image-'));
  const names = namesIn(directory).sort((a, b) => Number(b === 'state.json') - Number(a === 'state.json'));
  try {
    for (const name of names) cpSync(join(directory, name), join(image, name));
    return image;
  } catch {
    return null;
  }
}

/** Changes whenever a file is made, grows, or takes another's place. */
function fingerprint(directory: string): string {
  const facts = namesIn(directory).map((name) => {
    const stat = statSync(join(directory, name), { throwIfNoEntry: false });
    return `${name} ${stat?.ino} ${stat?.size}`;
  });
  return facts.join();
}

function namesIn(directory: string): string[] {
  return readdirSync(directory).filter((name) => !name.endsWith('.lock'));
}

/** Runs to the end; returns an image of each different state of the directory that was seen on the way. */
async function imagesDuring(run: () => Promise<unknown>): Promise<string[]> {
  const images = new Map<string, string>();
  let running = true;
  const finished = run().finally(() => {
    running = false;
  });
  while (running) {
    const seen = fingerprint(fixture.out);
    if (!images.has(seen)) {
      const image = imageOf(fixture.out);
      // A rename under way in another thread may have come between two of the copies.
      if (image !== null && fingerprint(fixture.out) === seen) images.set(seen, image);
    }
    await setImmediate();
  }
  await finished;
  return [...images.values()];
}

async function expectWhole(out: string, format: (typeof FORMATS)[number], pageSize: number) {
  await fixture.run({ out, format, pageSize });
  const [files, truth] = filesAndTruth(out, fixture.gateway, format);
  expect(files).toEqual(truth);
}

describe.each(FORMATS)('a run into %s that ends too early', (format) => {
  test('at any page leaves every row once to the next run', async () => {
    fill(fixture.gateway, { resources: 9, users: 6, audits: 15 });
    for (let page = 1; page <= 7; page++) {
      const out = join(fixture.folder, String(page));
      const stop = new AbortController();
      fixture.gateway.requests = [];
      fixture.gateway.onRequest = () => fixture.gateway.requests.length === page && stop.abort();
      await expect(fixture.run({ out, format, signal: stop.signal })).rejects.toThrow('aborted');
      fixture.gateway.onRequest = () => {};
      await expectWhole(out, format, 4);
    }
  });

  test('at any moment of a first import leaves every row once to the next run', async () => {
    fill(fixture.gateway);
    const images = await imagesDuring(() => fixture.run({ format, pageSize: 7 }));
    for (const image of images) await expectWhole(image, format, 1 + Math.floor(Math.random() * 10));
  });

  test('at any moment of a later import leaves every row once to the next run', async () => {
    fill(fixture.gateway);
    await fixture.run({ format });
    fixture.gateway.resources.upsert(...numbers(5, 20).map((id) => resource(id, 1)));
    fixture.gateway.resources.delete('1', '7');
    fixture.gateway.audits.upsert(...numbers(41, 60).map(audit));
    const images = await imagesDuring(() => fixture.run({ format, pageSize: 7 }));
    for (const image of images) await expectWhole(image, format, 4);
  });

  test('at any moment of an import from the beginning leaves every row once to the next run', async () => {
    fill(fixture.gateway);
    await fixture.run({ format });
    fixture.gateway.scope = 2;
    const images = await imagesDuring(() => fixture.run({ format, pageSize: 7 }));
    for (const image of images) await expectWhole(image, format, 4);
  });
});

test('whatever changes, sizes of pages and moments of death there are, the files end up as the gateway is', async () => {
  const step = fc.record({
    changed: fc.array(fc.integer({ min: 1, max: 15 }), { maxLength: 8 }),
    deleted: fc.array(fc.integer({ min: 1, max: 15 }), { maxLength: 3 }),
    audits: fc.integer({ min: 0, max: 12 }),
    pageSize: fc.integer({ min: 1, max: 9 }),
    diesAt: fc.integer({ min: 1, max: 8 }),
    widens: fc.boolean(),
  });
  let round = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(...FORMATS),
      async (steps, format) => {
        const out = join(fixture.folder, String(round++));
        for (const { changed, deleted, audits, pageSize, diesAt, widens } of steps) {
          fixture.gateway.resources.upsert(...changed.map((id) => resource(id, round)));
          fixture.gateway.resources.delete(...deleted.map(String));
          const last = fixture.gateway.audits.rows.length;
          fixture.gateway.audits.upsert(...numbers(last + 1, last + audits).map(audit));
          if (widens) fixture.gateway.scope++;
          const stop = new AbortController();
          fixture.gateway.requests = [];
          fixture.gateway.onRequest = () => fixture.gateway.requests.length === diesAt && stop.abort();
          await fixture.run({ out, format, pageSize, signal: stop.signal }).catch(() => {});
          fixture.gateway.onRequest = () => {};
        }
        await expectWhole(out, format, 5);
      },
    ),
    { numRuns: 15 },
  );
});
