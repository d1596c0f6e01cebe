import { Entity } from 'typeorm';
import { Key } from '../../database/columns.js';

/**
 * What a user of scope OWNED_AND_SHARED saw when it was deleted: a resource, or an account that was shared. A deletion hides no
 * audit, so the audits on it stay visible.
 */
@Entity('past_shares')
export class PastShare {
  @Key() userId!: number;
  @Key() resourceId!: number;
  /** The account's id; 0 for the whole resource. */
  @Key() accountKey!: number;
}

/** What a grant shares, as it is kept once that is deleted. */
export function pastShareOf({ userId, resourceId, accountKey }: PastShare): PastShare {
  return { userId, resourceId, accountKey };
}
