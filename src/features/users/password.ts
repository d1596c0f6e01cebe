import { Entity } from 'typeorm';
import { Key, Text, Time } from '../../database/columns.js';

/** What makes a user account a sign-in. */
@Entity('passwords')
export class Password {
  @Key() userId!: number;
  /** argon2id, in its PHC form. */
  @Text(255) hash!: string;
  @Time() changedAt!: string;
}
