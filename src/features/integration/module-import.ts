import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Entity } from 'typeorm';
import { Flag, Key, Long, TextKey, Time } from '../../database/columns.js';
import { Module } from '../../database/module.js';
import { DateTime } from '../../graphql/date-time.js';

registerEnumType(Module, { name: 'Module' });

/** What was read of a module with a token. */
@Entity('module_imports')
@ObjectType({ simpleResolvers: true })
export class ModuleImport {
  @Key() tokenId!: number;
  @TextKey(32) @Field(() => Module) module!: Module;
  @Long() @Field(() => Int) rowCount!: number;
  @Time() @Field(() => DateTime) lastRequestAt!: string;
  @Flag() @Field(() => Boolean) caughtUp!: boolean;
  @Field(() => Boolean, {
    description: 'True where the last request is older than twice the import schedule.',
  })
  overdue!: boolean;
}
