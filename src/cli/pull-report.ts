import type { Module } from '../database/module.js';
import type { MessageKind } from '../sources/pam360/pull-run.js';
import { Progress } from './progress.js';

const labels = { RESOURCES: 'Resources', USER_ACCOUNTS: 'User Accounts', AUDITS: 'Audits' };

/** More of one module would hide what comes after them. */
const MESSAGES_SHOWN = 50;

/** Shows on standard error how far a pull has come, and what it has to say. */
export class PullReport {
  #module: Module | undefined;
  #progress: Progress | undefined;
  #messages = 0;

  progress(module: Module, done: number, total?: number): void {
    this.#enter(module);
    this.#progress ??= new Progress(labels[module], { ...(total !== undefined && { total }) });
    this.#progress.update(done);
  }

  message(module: Module, kind: MessageKind, message: string): void {
    this.#enter(module);
    this.#messages += 1;
    if (this.#messages > MESSAGES_SHOWN) return;
    // On a terminal the bar is drawn again below.
    if (this.#progress && process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    console.error(`${labels[module]}: ${kind === 'NOTE' ? 'note: ' : ''}${message}`);
  }

  /** Says what is left to say of a module. */
  end(): void {
    this.#progress?.finish();
    if (this.#messages > MESSAGES_SHOWN) console.error(`and ${this.#messages - MESSAGES_SHOWN} more like these`);
    this.#progress = undefined;
    this.#messages = 0;
  }

  #enter(module: Module): void {
    if (module !== this.#module) this.end();
    this.#module = module;
  }
}
