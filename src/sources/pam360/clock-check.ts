import { pluralize } from '../../lib/pluralize.js';
import { minutesAhead } from './audit.js';
import type { UpstreamRow } from './field-values.js';
import type { PullRun } from './pull-run.js';

/** Whether the server's clock is the one of SOURCE_TIME_ZONE, which zone-less times are read by: its audits say both times. */
export class ClockCheck {
  readonly #run: PullRun;
  readonly #found = new Set<number>();

  constructor(run: PullRun) {
    this.#run = run;
  }

  look(row: UpstreamRow): void {
    const minutes = minutesAhead(row, this.#run.zone);
    if (minutes !== null) this.#found.add(minutes);
  }

  /** Says so where every audit shows the same difference. */
  tell(): void {
    const [minutes = 0] = this.#found;
    if (this.#found.size !== 1 || minutes === 0) return;
    const { zone, tell } = this.#run;
    const difference = `${pluralize(Math.abs(minutes), 'minute')} ${minutes > 0 ? 'ahead of' : 'behind'}`;
    tell(
      'NOTE',
      `the server's clock is ${difference} SOURCE_TIME_ZONE, ${zone.name}: audits carry their true time, but the times of accounts are read in that zone; set it to the server's`,
    );
  }
}
