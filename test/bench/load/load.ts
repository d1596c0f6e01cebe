import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Job, ResultOf } from './jobs.js';

/** The client, in a process of its own, so that what it costs is nobody's. */
export class Load {
  readonly #process: ChildProcess = fork(join(import.meta.dirname, 'client.js'));

  async run<J extends Job>(job: J): Promise<ResultOf<J>> {
    this.#process.send(job);
    const [{ result, error }] = (await once(this.#process, 'message')) as [{ result: ResultOf<J>; error?: string }];
    if (error !== undefined) throw new Error(error);
    return result;
  }

  stop(): void {
    this.#process.kill();
  }
}
