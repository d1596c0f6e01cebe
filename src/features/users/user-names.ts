import { Entity, Index } from 'typeorm';
import { Id, Long, Text } from '../../database/columns.js';

/** `retired` of a name that still means whom it meant. */
export const IN_USE = 0;

/** `retired` of a name that the gateway records for itself, or for somebody who was not signed in: no user ever gets it. */
export const NOBODYS = -1;

/**
 * Whom a source means by a user name. Resources and audits refer to a row of it, so they stay with the user account that the
 * name meant when they came in. If the name comes to mean somebody else, the row is retired and later records get a new one.
 */
@Entity('user_names')
@Index('user_names_identity', ['source', 'name', 'retired'], { unique: true })
@Index('user_names_user', ['userId'])
@Index('user_names_name', ['name'])
export class UserName {
  @Id() id!: number;
  @Text(64) source!: string;
  @Text(255) name!: string;
  /** IN_USE, NOBODYS, or the row's own id once it is retired. */
  @Long() retired!: number;
  /** Null if no user account is known by the name. */
  @Long({ nullable: true }) userId!: number | null;
}
