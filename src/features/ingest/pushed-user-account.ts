import { Field, ID, InputType } from 'type-graphql';
import { ShareLevel } from '../resources/access-grant.js';
import { AccessScope, UserAccountStatus } from '../users/user-account.js';
import type { GrantRecord, UserAccountRecord } from '../users/user-account.record.js';
import { describeWords, type FieldsOf, Pushed, PushedTime, PushedWord } from './pushed-field.js';

@InputType({ description: 'What was shared with a user. The resource is one of the same source, and pushed before.' })
export class PushedGrant implements FieldsOf<GrantRecord> {
  @Field(() => String, { description: describeWords(ShareLevel) }) level!: string;
  @Field(() => ID) resourceSourceId!: string;
  @Field(() => ID, { nullable: true, description: 'The whole resource where it is left out.' })
  accountSourceId!: string | null;
  @PushedTime() grantedAt!: string | null;
}

@InputType({ description: 'A user account as a source sends it.' })
export class PushedUserAccount implements FieldsOf<UserAccountRecord> {
  @Field(() => ID) sourceId!: string;
  @Field(() => String) userName!: string;
  @Pushed() fullName!: string | null;
  @Pushed() firstName!: string | null;
  @Pushed() lastName!: string | null;
  @Pushed() email!: string | null;
  @PushedWord(UserAccountStatus, UserAccountStatus.ACTIVE) status!: string | null;
  @PushedWord(AccessScope, AccessScope.OWNED_AND_SHARED) accessScope!: string | null;
  @Pushed() department!: string | null;
  @Pushed() location!: string | null;
  @Field(() => [String], { nullable: true, description: 'As the PAM product says. They carry no privilege here.' })
  roles!: string[] | null;
  @Field(() => [PushedGrant], { nullable: true }) grants!: PushedGrant[] | null;
  @PushedTime() createdAt!: string | null;
  @PushedTime() modifiedAt!: string | null;
  @PushedTime() lastLoginAt!: string | null;
  @PushedTime() expiresAt!: string | null;
}
