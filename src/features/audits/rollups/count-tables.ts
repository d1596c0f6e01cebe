import { Entity } from 'typeorm';
import { IntKey, Key, Long, TextKey } from '../../../database/columns.js';
import { tableOf } from '../../../database/rows.js';
import { Width } from './buckets.js';

/** Audits of each bucket by what was done and how it went. */
@Entity('operation_counts')
export class OperationCount {
  @IntKey() width!: Width;
  @IntKey() bucket!: number;
  @TextKey(255) operation!: string;
  @TextKey(32) category!: string;
  @TextKey(16) outcome!: string;
  @Long() audits!: number;
}

/** Audits of each bucket by who did something. */
@Entity('user_counts')
export class UserCount {
  @IntKey() width!: Width;
  @IntKey() bucket!: number;
  @TextKey(255) operatedBy!: string;
  @TextKey(16) outcome!: string;
  @Long() audits!: number;
}

/** Audits of each bucket by the resource. */
@Entity('resource_counts')
export class ResourceCount {
  @Key() resourceId!: number;
  @IntKey() width!: Width;
  @IntKey() bucket!: number;
  @TextKey(16) outcome!: string;
  @Long() audits!: number;
}

/** Audits of each day and of all time by the resource, who used it and what for: so its users can be told apart. */
@Entity('resource_user_counts')
export class ResourceUserCount {
  @Key() resourceId!: number;
  @IntKey() width!: Width;
  @IntKey() bucket!: number;
  @TextKey(255) operatedBy!: string;
  @TextKey(255) operation!: string;
  @TextKey(16) outcome!: string;
  @Long() audits!: number;
}

/** A column that is the same in a table of counts and in that of audits. */
export type Dimension = 'operation' | 'category' | 'outcome' | 'operated_by' | 'resource_id';

export interface CountTable {
  readonly name: string;
  readonly dimensions: readonly Dimension[];
  readonly widths: ReadonlySet<Width>;
}

export const operationCounts = countTable(OperationCount, Width.QUARTER);
export const userCounts = countTable(UserCount, Width.QUARTER);
export const resourceCounts = countTable(ResourceCount, Width.QUARTER);
export const resourceUserCounts = countTable(ResourceUserCount, Width.DAY, Width.EVER);

export const countTables: readonly CountTable[] = [operationCounts, userCounts, resourceCounts, resourceUserCounts];

function countTable(entity: new () => object, ...widths: Width[]): CountTable {
  const { name, columns } = tableOf(entity);
  const others = new Set(['width', 'bucket', 'audits']);
  const dimensions = [...columns.values()].map((column) => column.name).filter((column) => !others.has(column));
  return { name, dimensions: dimensions as Dimension[], widths: new Set(widths) };
}
