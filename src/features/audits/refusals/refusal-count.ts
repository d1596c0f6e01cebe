import { Entity } from 'typeorm';
import { Int, Long, Text, TextKey, Time } from '../../../database/columns.js';
import type { OwnOperation } from '../own-operations.js';

/**
 * Refusals of one subject within a window of time. The first one is an audit of its own; the row counts those that follow,
 * and becomes one more audit when the window ends.
 */
@Entity('refusals')
export class RefusalCount {
  /** What is counted together: a kind of refusal, a colon, and the hash of a name, a network or an actor with its operation. */
  @TextKey(80) subject!: string;
  @Text(255) operation!: OwnOperation;
  /** The operator's user account; null if it has none. */
  @Long({ nullable: true }) operatorId!: number | null;
  @Text(255) operatedBy!: string;
  @Text(64) clientType!: string;
  /** The user that the audits are about. */
  @Text(255, { nullable: true }) userName!: string | null;
  /** What the audit of those that follow says behind their number. */
  @Text(500) further!: string;
  @Time() beganAt!: string;
  @Time() endsAt!: string;
  /** How many followed the first. */
  @Int() more!: number;
  /** The address that all of them came from; null if there were several. */
  @Text(64, { nullable: true }) refusedFrom!: string | null;
}
