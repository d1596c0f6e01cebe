import { Column, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

/** The few kinds of columns that tables are made of. They name their type, since no type metadata is emitted. */

type Nullable = { nullable?: boolean };

/** A key that counts itself. */
export const Id = (): PropertyDecorator => PrimaryGeneratedColumn({ type: 'integer' });

/** A key that is given. */
export const Key = (): PropertyDecorator => PrimaryColumn('bigint');

/** A part of a key that is a small number. */
export const IntKey = (): PropertyDecorator => PrimaryColumn('integer');

/** A part of a key that is a word. */
export const TextKey = (length: number): PropertyDecorator => PrimaryColumn('varchar', { length });

/** The key of another table's row, or a position. */
export const Long = ({ nullable = false }: Nullable = {}): PropertyDecorator => Column('bigint', { nullable });

export const Int = ({ nullable = false }: Nullable = {}): PropertyDecorator => Column('integer', { nullable });

export const Flag = ({ nullable = false }: Nullable = {}): PropertyDecorator => Column('boolean', { nullable });

/** At most `length` characters; compared exactly. */
export const Text = (length: number, { nullable = false }: Nullable = {}): PropertyDecorator =>
  Column('varchar', { length, nullable });

/** Text without an index. */
export const LongText = ({ nullable = false }: Nullable = {}): PropertyDecorator => Column('text', { nullable });

/** UTC, to the millisecond. */
export const Time = ({ nullable = false }: Nullable = {}): PropertyDecorator =>
  Column('datetime', { precision: 3, nullable });
