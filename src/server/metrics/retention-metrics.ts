import { Gauge, type Registry } from 'prom-client';
import type { Database } from '../../database/db.js';
import { heldBack } from '../../features/audits/retention/delete-expired.js';
import { holdReasons } from '../../features/audits/retention/hold.js';

/** Every worker finds out the same, and so none of them is added to another. */
export function gaugeRetention(db: Database, registers: Registry[]): void {
  new Gauge({
    name: 'pam_gateway_audit_retention_held',
    help: '1 while old audits are not removed before an operator confirms it, by reason',
    labelNames: ['reason'],
    aggregator: 'max',
    registers,
    collect() {
      for (const reason of holdReasons) this.set({ reason }, heldBack(db)?.reason === reason ? 1 : 0);
    },
  });
}
