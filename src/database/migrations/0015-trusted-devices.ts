import { randomBytes } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { insertMissing } from './rows.js';
import { addColumns, bigint, createTable, int, key, nullable, text, time } from './tables.js';

/** Devices and networks that sign-ins are counted by, sessions that their user can tell apart, and one table of refusals. */
export class TrustedDevices1764620000000 implements MigrationInterface {
  name = 'TrustedDevices1764620000000';

  async up(q: QueryRunner): Promise<void> {
    await insertMissing(q, 'gateway', { name: 'device_key' }, { value: randomBytes(32).toString('base64url') });
    await createTable(q, 'trusted_networks', { user_id: key(bigint), network: key(text(64)), signed_in_at: time });
    await addColumns(q, 'sessions', { last_seen_from: nullable(text(64)), client_name: nullable(text(255)) });
    await createTable(q, 'refusals', {
      subject: key(text(80)),
      operation: text(255),
      operated_by: text(255),
      client_type: text(64),
      user_name: nullable(text(255)),
      further: text(500),
      began_at: time,
      ends_at: time,
      more: int,
      refused_from: nullable(text(64)),
    });
    if (!(await q.hasTable('sign_in_refusals'))) return;
    await moveRefusals(q);
    await q.dropTable('sign_in_refusals');
  }

  async down(): Promise<void> {
    throw new Error('this migration is not taken back: restore the backup from before it');
  }
}

/** Windows that are open go on in the new table. */
function moveRefusals(q: QueryRunner): Promise<unknown> {
  return q.query(`
    INSERT INTO refusals (subject, operation, operated_by, client_type, user_name, further, began_at, ends_at, more, refused_from)
    SELECT subject,
      CASE WHEN subject LIKE 'lost:%' THEN 'User Sign-In Failed'
        WHEN subject LIKE 'budget:%' OR subject LIKE 'busy:%' THEN 'User Sign-In Turned Away'
        ELSE 'User Sign-In Refused' END,
      COALESCE(user_name, 'Unknown'), 'Web Client', user_name,
      CASE WHEN subject LIKE 'name:%' THEN 'by this name not looked at'
        WHEN subject LIKE 'network:%' THEN 'from a network not looked at'
        WHEN subject LIKE 'lost:%' THEN 'from a network looked at and not answered'
        ELSE 'from a network turned away unseen' END,
      began_at, ends_at, more, refused_from
    FROM sign_in_refusals o WHERE NOT EXISTS (SELECT 1 FROM refusals n WHERE n.subject = o.subject)`);
}
