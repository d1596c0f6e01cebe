import { Entity, Index } from 'typeorm';
import { Id, Long, Text, Time } from '../../database/columns.js';

/** A token that a connector reads with. The token itself is nowhere: only its hash. */
@Entity('connector_tokens')
@Index('connector_tokens_hash', ['hash'], { unique: true })
@Index('connector_tokens_user', ['userId'])
export class ConnectorToken {
  @Id() id!: number;
  /** SHA-256 in hexadecimal. */
  @Text(64) hash!: string;
  /** The first characters, to tell tokens apart. */
  @Text(16) hint!: string;
  @Long() userId!: number;
  @Time() generatedAt!: string;
  /** Who made it; null for one from before this was kept. */
  @Text(255, { nullable: true }) generatedBy!: string | null;
  /** Null if it does not expire. */
  @Time({ nullable: true }) expiresAt!: string | null;
  /** Null: it is pending, and refused until the integration is saved. */
  @Time({ nullable: true }) savedAt!: string | null;
  @Time({ nullable: true }) revokedAt!: string | null;
  @Time({ nullable: true }) firstUsedAt!: string | null;
  @Time({ nullable: true }) lastUsedAt!: string | null;
  /** The address that its last request came from. */
  @Text(64, { nullable: true }) lastUsedFrom!: string | null;
  /** When a refusal of it, once revoked, was last recorded. */
  @Time({ nullable: true }) refusedAt!: string | null;
}
