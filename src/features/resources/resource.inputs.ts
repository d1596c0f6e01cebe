import { Field, ID, InputType, registerEnumType } from 'type-graphql';
import { SortDirection } from '../../graphql/pages/filters.js';

export enum ResourceDateField {
  CREATED_AT = 'CREATED_AT',
  MODIFIED_AT = 'MODIFIED_AT',
  LAST_ACCESSED_AT = 'LAST_ACCESSED_AT',
}
registerEnumType(ResourceDateField, { name: 'ResourceDateField' });

export enum ResourceOrderField {
  NAME = 'NAME',
  CREATED_AT = 'CREATED_AT',
  MODIFIED_AT = 'MODIFIED_AT',
  LAST_ACCESSED_AT = 'LAST_ACCESSED_AT',
}
registerEnumType(ResourceOrderField, { name: 'ResourceOrderField' });

@InputType()
export class ResourceOrder {
  @Field(() => ResourceOrderField, { defaultValue: ResourceOrderField.NAME }) field!: ResourceOrderField;
  @Field(() => SortDirection, { defaultValue: SortDirection.ASC }) direction!: SortDirection;
}

@InputType()
export class ResourceFilter {
  @Field(() => [ID], { nullable: true }) ids?: string[] | null;
  @Field(() => [String], { nullable: true }) names?: string[] | null;
  @Field(() => [String], { nullable: true }) types?: string[] | null;
  @Field(() => [String], { nullable: true }) departments?: string[] | null;
  @Field(() => [String], { nullable: true }) locations?: string[] | null;
  @Field(() => [String], { nullable: true }) ownerNames?: string[] | null;
  @Field(() => String, { nullable: true, description: 'Case-insensitive substring of name, dnsName or description.' })
  search?: string | null;
}
