import type { QueryRunner } from 'typeorm';

/** What migrations have to say differently to each engine. */
export interface Ddl {
  /** How a text column says that it is compared exactly: by code points, with case, accents and trailing spaces. */
  readonly exactText: { readonly charset?: string; readonly collation?: string };
  /** The type of a key that counts itself beyond 2^31. */
  readonly countingKey: string;
}

export function ddlOf(queryRunner: QueryRunner): Ddl {
  switch (queryRunner.connection.options.type) {
    case 'mariadb':
      return { exactText: { charset: 'utf8mb4', collation: 'utf8mb4_nopad_bin' }, countingKey: 'bigint' };
    case 'mysql':
      return { exactText: { charset: 'utf8mb4', collation: 'utf8mb4_0900_bin' }, countingKey: 'bigint' };
    default:
      return { exactText: {}, countingKey: 'integer' };
  }
}
