import { Field, InputType, Int } from 'type-graphql';
import { Module } from '../../database/module.js';
import { ImportPeriod } from './import-period.js';

@InputType()
export class SaveIntegrationInput {
  @Field(() => String, { description: 'A DNS name or an address, without scheme, port or path.' }) hostName!: string;
  @Field(() => Int) portNumber!: number;
}

@InputType()
export class ConnectAnalyticsPlusInput {
  @Field(() => Int) build!: number;
  @Field(() => String) hostName!: string;
  @Field(() => Int) portNumber!: number;
  @Field(() => String, { description: 'An IANA name, such as Europe/Berlin.' }) timeZone!: string;
  @Field(() => [Module]) modules!: Module[];
  @Field(() => ImportPeriod, { defaultValue: ImportPeriod.ALL }) importPeriod!: ImportPeriod;
  @Field(() => Int, { defaultValue: 60 }) importEveryMinutes!: number;
}
