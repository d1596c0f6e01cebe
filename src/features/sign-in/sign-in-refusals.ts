import { Entity } from 'typeorm';
import { Int, Text, TextKey, Time } from '../../database/columns.js';

/**
 * Sign-ins by one name or from one network that are not answered now, for one cause. The first of them was recorded when it
 * came; how many followed is recorded when the time is over, and the row is gone.
 */
@Entity('sign_in_refusals')
export class SignInRefusals {
  /** A cause, as `sign-in.causes.ts` has them, with the SHA-256 of the name, as in `SignInAttempts`, or with the network. */
  @TextKey(80) subject!: string;
  /** The name, where it is a user's. */
  @Text(255, { nullable: true }) userName!: string | null;
  @Time() beganAt!: string;
  @Time() endsAt!: string;
  /** Beside the first. */
  @Int() more!: number;
  /** The address that they came from; null where they came from several. */
  @Text(64, { nullable: true }) refusedFrom!: string | null;
}
