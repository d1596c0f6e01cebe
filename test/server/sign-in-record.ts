import sql from 'sql-template-tag';
import type { Database } from '../../src/database/db.js';
import { endOldRefusals } from '../../src/features/audits/refusals/count-refusals.js';
import { storeRefusals } from '../../src/features/audits/refusals/refusal-tally.js';

/** An audit of a sign-in that failed. */
export interface Failure {
  readonly operation: string;
  readonly operatedBy: string;
  readonly userName: string | null;
  readonly ipAddress: string | null;
  readonly reason: string;
}

/** What is recorded of sign-ins that failed or were not looked at. */
export class SignInRecord {
  constructor(readonly db: Database) {}

  audits(): Promise<Failure[]> {
    return this.db.query<Failure>(
      sql`SELECT operation, operated_by AS operatedBy, user_name AS userName, ip_address AS ipAddress, reason
          FROM audits WHERE outcome = 'FAILURE' ORDER BY id`,
    );
  }

  /** The audits that are written while `work` is done. */
  async of(work: () => Promise<unknown>): Promise<Failure[]> {
    const { length } = await this.audits();
    await work();
    return (await this.audits()).slice(length);
  }

  /** As if the time of all that were counted were over. */
  timePasses(): Promise<number> {
    return this.db.execute(sql`UPDATE refusals SET ends_at = began_at WHERE ends_at > began_at`);
  }

  /** Everything that these processes have counted until now is told. */
  async tellAll(...processes: readonly Database[]): Promise<void> {
    for (const db of [this.db, ...processes]) await storeRefusals(db);
    await this.timePasses();
    await endOldRefusals(this.db);
  }
}

/** How many sign-ins audits account for. */
export function accountedFor(rows: readonly Failure[]): number {
  return rows.reduce((sum, { reason }) => sum + Number(/^(\d+) more/.exec(reason)?.[1] ?? 1), 0);
}
