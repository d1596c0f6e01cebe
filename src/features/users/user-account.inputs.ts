import { Field, ID, InputType, registerEnumType } from 'type-graphql';
import { SortDirection } from '../../graphql/pages/filters.js';
import { UserAccountStatus } from './user-account.js';

export enum UserAccountDateField {
  CREATED_AT = 'CREATED_AT',
  MODIFIED_AT = 'MODIFIED_AT',
  LAST_LOGIN_AT = 'LAST_LOGIN_AT',
}
registerEnumType(UserAccountDateField, { name: 'UserAccountDateField' });

export enum UserAccountOrderField {
  USER_NAME = 'USER_NAME',
  CREATED_AT = 'CREATED_AT',
  MODIFIED_AT = 'MODIFIED_AT',
  LAST_LOGIN_AT = 'LAST_LOGIN_AT',
}
registerEnumType(UserAccountOrderField, { name: 'UserAccountOrderField' });

@InputType()
export class UserAccountOrder {
  @Field(() => UserAccountOrderField, { defaultValue: UserAccountOrderField.USER_NAME }) field!: UserAccountOrderField;
  @Field(() => SortDirection, { defaultValue: SortDirection.ASC }) direction!: SortDirection;
}

@InputType()
export class UserAccountFilter {
  @Field(() => [ID], { nullable: true }) ids?: string[] | null;
  @Field(() => [String], { nullable: true }) userNames?: string[] | null;
  @Field(() => [String], { nullable: true }) roles?: string[] | null;
  @Field(() => [String], { nullable: true }) departments?: string[] | null;
  @Field(() => [UserAccountStatus], { nullable: true }) statuses?: UserAccountStatus[] | null;
  @Field(() => String, { nullable: true, description: 'Case-insensitive substring of userName, fullName or email.' })
  search?: string | null;
}
