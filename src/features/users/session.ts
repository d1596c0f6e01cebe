import { Entity, Index } from 'typeorm';
import { Long, Text, TextKey, Time } from '../../database/columns.js';

/** The length of the part of a session's hash that it is known by in public. */
export const SESSION_ID_LENGTH = 16;

/** The most characters of the name of a client. */
export const CLIENT_NAME_LENGTH = 255;

/** A user who signed in. The secret of a session is only in its cookie. */
@Entity('sessions')
@Index('sessions_user', ['userId'])
@Index('sessions_created_at', ['createdAt'])
export class Session {
  /** SHA-256 of the secret, in hexadecimal. Its beginning is the session's public id. */
  @TextKey(64) hash!: string;
  @Long() userId!: number;
  @Time() createdAt!: string;
  /** To the minute: it is not written at every request. */
  @Time() lastSeenAt!: string;
  /** The address of the request that was last noted. */
  @Text(64, { nullable: true }) lastSeenFrom!: string | null;
  /** The User-Agent header of the sign-in, cut to its first characters. */
  @Text(CLIENT_NAME_LENGTH, { nullable: true }) clientName!: string | null;
}
