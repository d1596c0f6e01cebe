import { Entity, Index } from 'typeorm';
import { Key, Long, Text, TextKey, Time } from './columns.js';

/** Each module's last position and number of records. Its row is the lock of `assignPositions`. */
@Entity('positions')
export class Position {
  @TextKey(32) module!: string;
  @Long() position!: number;
  @Long() records!: number;
}

/**
 * Audits that were committed together, with ids and positions that follow each other: the one at `firstPosition + n` has the
 * id `firstAuditId + n`. Positions stand apart from the audits, so that giving them writes one row while it holds the lock.
 */
@Entity('audit_spans')
@Index('audit_spans_first_audit', ['firstAuditId'])
export class PositionRange {
  @Key() firstPosition!: number;
  @Long() firstAuditId!: number;
  @Long() auditCount!: number;
}

/** What became invisible: to everybody (`viewer_id` 0), or to one user of scope OWNED_AND_SHARED. */
@Entity('tombstones')
export class Tombstone {
  @TextKey(32) module!: string;
  @Key() viewerId!: number;
  @Key() position!: number;
  @Long() recordId!: number;
}

/** Facts about this database: its `id`, the keys that cursors and devices are known by, and `source links`, which locks `source_links`. */
@Entity('gateway')
export class GatewayFact {
  @TextKey(64) name!: string;
  @Text(255) value!: string;
}

/** Who does what only one copy of the program shall do at a time, and until when by the database's clock. */
@Entity('leases')
export class Lease {
  @TextKey(64) name!: string;
  @Text(64) holder!: string;
  @Long() expiresAt!: number;
}

/** The last mark of each writer: a transaction leaves it of itself, so that a lost commit can be asked after. */
@Entity('commit_marks')
export class CommitMarkerRow {
  @TextKey(64) writer!: string;
  @Text(64) mark!: string;
  @Time() markedAt!: string;
}
