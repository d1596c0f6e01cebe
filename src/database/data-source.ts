import 'reflect-metadata';
import { DataSource, DefaultNamingStrategy, type EntityTarget, type ObjectLiteral } from 'typeorm';
import { snakeCase } from '../lib/snake-case.js';
import { engineOf } from './dialects/index.js';
import { migrations } from './migrations/index.js';
import { CommitMarkerRow, GatewayFact, Lease, Position, PositionRange, Tombstone } from './tables.js';

/** The tables that belong to no feature. */
const ownEntities = [GatewayFact, Position, Tombstone, PositionRange, Lease, CommitMarkerRow];

/** TypeORM's view of the database: what it migrates, and what the entities say that the tables are. */
export async function makeDataSource(url: string, entities: EntityTarget<ObjectLiteral>[] = []): Promise<DataSource> {
  return new DataSource({
    ...(await engineOf(url).dataSourceOptions()),
    entities: [...ownEntities, ...entities] as never,
    migrations,
    namingStrategy: new SnakeNames(),
    synchronize: false,
    // Says nothing unless DEBUG asks for it; by default TypeORM prints a failed migration, which the command says too.
    logger: 'debug',
  });
}

class SnakeNames extends DefaultNamingStrategy {
  override columnName(propertyName: string, customName: string | undefined): string {
    return customName ?? snakeCase(propertyName);
  }
}
