import { Entity, Index } from 'typeorm';
import { Long, TextKey, Time } from '../../database/columns.js';

/** A person who signed in. The session's id is only in the person's cookie. */
@Entity('sessions')
@Index('sessions_user', ['userId'])
@Index('sessions_created_at', ['createdAt'])
export class Session {
  /** SHA-256 of the id, in hexadecimal. */
  @TextKey(64) hash!: string;
  @Long() userId!: number;
  @Time() createdAt!: string;
  /** To the minute: it is not written at every request. */
  @Time() lastSeenAt!: string;
}
