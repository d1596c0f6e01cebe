import { Entity } from 'typeorm';
import { Key, TextKey, Time } from '../../database/columns.js';

/** A network that a user has signed in from. */
@Entity('trusted_networks')
export class TrustedNetwork {
  @Key() userId!: number;
  /** As `networkOf` writes it. */
  @TextKey(64) network!: string;
  /** The last sign-in. */
  @Time() signedInAt!: string;
}
