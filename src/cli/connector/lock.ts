import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectorError } from './connector-error.js';
import { createPrivate } from './private-file.js';
import { isRunning, processStart } from './process-start.js';

const LOCK = /^(?<pid>\d+)\.(?<start>\d+)\.(?<host>.+)\.lock$/;
const ROUNDS = 3;

/**
 * Takes a directory for this process; the function that is returned gives it back. Throws ConnectorError where a running
 * process has it.
 *
 * Each process makes a file of its own, named after itself, and only then looks for others: of two that come at once, at
 * least one sees the other, whatever the order, so never do both go on. (One common lock file cannot be taken over from a
 * dead process without a moment in which two may do so.) Where both step back, they try again at random times.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const name = `${process.pid}.${processStart(process.pid) ?? 0}.${encodeURIComponent(hostname())}.lock`;
  const path = join(directory, name);
  const release = () => rm(path, { force: true });
  for (let round = 1; ; round++) {
    await create(directory, path, name);
    const holder = await otherHolder(directory, name);
    if (holder === null) return release;
    await release();
    if (round === ROUNDS) throw held(directory, holder);
    await sleep(20 + Math.random() * 100);
  }
}

async function create(directory: string, path: string, name: string): Promise<void> {
  try {
    await (await createPrivate(path)).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw held(directory, name);
    throw error;
  }
}

/** The lock of another running process; those of processes that are gone are removed. */
async function otherHolder(directory: string, own: string): Promise<string | null> {
  let holder: string | null = null;
  for (const name of await readdir(directory)) {
    if (name === own || !LOCK.test(name)) continue;
    if (isHeld(name)) holder = name;
    else await rm(join(directory, name), { force: true });
  }
  return holder;
}

/** What runs on another machine cannot be seen from here, so its lock counts. */
function isHeld(name: string): boolean {
  const { pid, start, host } = LOCK.exec(name)?.groups ?? {};
  if (host !== encodeURIComponent(hostname())) return true;
  if (!isRunning(Number(pid))) return false;
  const started = processStart(Number(pid));
  return started === null || started === start;
}

function held(directory: string, name: string): ConnectorError {
  const { pid, host } = LOCK.exec(name)?.groups ?? {};
  return new ConnectorError(
    `Another connector writes to ${directory}: process ${pid} on ${decodeURIComponent(host ?? '')}. If it runs no more, remove ${name} there.`,
  );
}
