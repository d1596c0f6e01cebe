import type { ResourceRecord } from '../../features/resources/resource.record.js';
import type { UserAccountRecord } from '../../features/users/user-account.record.js';
import type { Person } from './person.js';
import type { ScriptedAudit } from './scripted-audit.js';

/** How much demo data to make. Equal options make equal data. */
export interface DemoOptions {
  seed: number;
  resources: number;
  users: number;
  audits: number;
  days: number;
  /** RFC 3339; the data ends here. */
  until: string;
}

/** Something unusual that was planted, for analytics to find. */
export interface Incident {
  /** When its first audit occurred. */
  readonly at: string;
  readonly userName: string;
  readonly kind: string;
  readonly description: string;
  /** How many audits belong to it. */
  readonly auditCount: number;
}

/** The records of two modules, and those who will make the third. */
export interface DemoWorld {
  readonly users: UserAccountRecord[];
  readonly resources: ResourceRecord[];
  /** In time order. */
  readonly incidents: Incident[];
  /** One for each user, in the same order. */
  readonly people: readonly Person[];
  /** Audits that occur at a set moment, incidents' among them, in time order. */
  readonly script: readonly ScriptedAudit[];
}
