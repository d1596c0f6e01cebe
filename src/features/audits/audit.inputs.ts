import { Field, ID, InputType } from 'type-graphql';
import { SortDirection } from '../../graphql/pages/filters.js';
import { AuditCategory, AuditOutcome } from './audit.js';

@InputType()
export class AuditOrder {
  @Field(() => SortDirection, { defaultValue: SortDirection.ASC }) direction!: SortDirection;
}

@InputType()
export class AuditFilter {
  @Field(() => [AuditCategory], { nullable: true }) categories?: AuditCategory[] | null;
  @Field(() => [String], {
    nullable: true,
    description: 'Operation types are an open set of strings, compared exactly.',
  })
  operations?: string[] | null;
  @Field(() => [AuditOutcome], { nullable: true }) outcomes?: AuditOutcome[] | null;
  @Field(() => [String], { nullable: true }) operatedBy?: string[] | null;
  @Field(() => [ID], { nullable: true }) resourceIds?: string[] | null;
  @Field(() => [String], { nullable: true }) resourceNames?: string[] | null;
  @Field(() => [String], { nullable: true }) accountNames?: string[] | null;
  @Field(() => [String], { nullable: true }) userNames?: string[] | null;
  @Field(() => [String], { nullable: true }) ipAddresses?: string[] | null;
}
