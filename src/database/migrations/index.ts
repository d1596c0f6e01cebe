import type { MigrationInterface } from 'typeorm';
import { Modules1763800000000 } from './0001-modules.js';

/** Every migration, oldest first. The list only ever grows at its end. */
export const migrations: (new () => MigrationInterface)[] = [Modules1763800000000];
