import { Field, ObjectType, registerEnumType } from 'type-graphql';

export enum CheckStatus {
  PASS = 'PASS',
  WARN = 'WARN',
  FAIL = 'FAIL',
  SKIPPED = 'SKIPPED',
}
registerEnumType(CheckStatus, { name: 'CheckStatus' });

@ObjectType({ simpleResolvers: true })
export class DiagnosticCheck {
  @Field(() => String) name!: string;
  @Field(() => CheckStatus) status!: CheckStatus;
  @Field(() => String) detail!: string;
}
