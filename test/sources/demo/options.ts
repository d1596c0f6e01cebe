import type { AuditRecord } from '../../../src/features/audits/audit.record.js';
import { type DemoOptions, type DemoWorld, demoAudits, makeWorld } from '../../../src/sources/demo/world.js';

/** Ten weeks that end on a Sunday at midnight. */
export const OPTIONS: DemoOptions = {
  seed: 7,
  resources: 80,
  users: 60,
  audits: 30_000,
  days: 70,
  until: '2026-11-22T00:00:00.000Z',
};

export interface Made {
  readonly world: DemoWorld;
  readonly audits: AuditRecord[];
}

/** The world of the options and all of its audits. */
export function made(changes: Partial<DemoOptions> = {}): Made {
  const options = { ...OPTIONS, ...changes };
  const world = makeWorld(options);
  return { world, audits: [...demoAudits(options, world)] };
}
