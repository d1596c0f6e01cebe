import { Gauge, type Registry } from 'prom-client';
import type { Database } from '../../database/db.js';
import { lagOf } from '../../features/audits/rollups/lag.js';

/** Every worker says the same, and so none of them is added to another. Where the database does not answer, none has a value. */
export function gaugeRollupWorker(db: Database, registers: Registry[]): void {
  const seconds = new Gauge({
    name: 'pam_gateway_follower_behind_seconds',
    help: 'How long ago the first audit was stored that is not counted yet',
    aggregator: 'max',
    registers,
  });
  new Gauge({
    name: 'pam_gateway_follower_behind_audits',
    help: 'Audits that are not counted yet',
    aggregator: 'max',
    registers,
    async collect() {
      const lag = await lagOf(db).catch(() => undefined);
      if (lag) {
        this.set(lag.audits);
        seconds.set(lag.seconds);
      } else {
        this.remove();
        seconds.remove();
      }
    },
  });
}
