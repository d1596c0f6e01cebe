import { Entity, Index } from 'typeorm';
import { Int, TextKey, Time } from '../../database/columns.js';

/** The failures in a row to sign in by one name, whether there is such a user or not. */
@Entity('sign_in_attempts')
@Index('sign_in_attempts_attempted_at', ['attemptedAt'])
export class SignInAttempts {
  /** SHA-256 of the name, in hexadecimal: people type passwords there. */
  @TextKey(64) nameHash!: string;
  @Int() failures!: number;
  @Time() attemptedAt!: string;
  @Time({ nullable: true }) blockedUntil!: string | null;
}
