import { Field, ID, InputType } from 'type-graphql';
import type { CustomFieldRecord, PrivilegedAccountRecord, ResourceRecord } from '../resources/resource.record.js';
import { type FieldsOf, Pushed, PushedTime } from './pushed-field.js';

@InputType({ description: 'A privileged account of a resource; without a sourceId it is known by its name.' })
export class PushedPrivilegedAccount implements FieldsOf<PrivilegedAccountRecord> {
  @Field(() => ID, { nullable: true }) sourceId!: string | null;
  @Field(() => String) name!: string;
  @Pushed() description!: string | null;
  @Pushed() passwordStatus!: string | null;
  @Pushed() passwordPolicy!: string | null;
  @Pushed() expiryStatus!: string | null;
  @Field(() => Boolean, { nullable: true }) compliant!: boolean | null;
  @Pushed() complianceReason!: string | null;
  @PushedTime() lastAccessedAt!: string | null;
  @PushedTime() lastModifiedAt!: string | null;
}

@InputType()
export class PushedCustomField implements FieldsOf<CustomFieldRecord> {
  @Field(() => String) label!: string;
  @Pushed() value!: string | null;
  @Pushed({ description: 'As the PAM product has it. A field of the type Password is a secret, and dropped.' })
  type!: string | null;
  @Pushed({ description: 'The same. A field of a column COLUMN_SCHAR is a secret, and dropped.' })
  columnName!: string | null;
}

@InputType({ description: 'A resource as a source sends it.' })
export class PushedResource implements FieldsOf<ResourceRecord> {
  @Field(() => ID) sourceId!: string;
  @Field(() => String) name!: string;
  @Field(() => String) type!: string;
  @Pushed() description!: string | null;
  @Pushed() dnsName!: string | null;
  @Pushed() domainName!: string | null;
  @Pushed() url!: string | null;
  @Pushed() department!: string | null;
  @Pushed() location!: string | null;
  @Pushed({ description: 'The user name of the owner.' }) ownerName!: string | null;
  @Pushed() passwordPolicy!: string | null;
  @PushedTime() createdAt!: string | null;
  @PushedTime() modifiedAt!: string | null;
  @PushedTime() lastAccessedAt!: string | null;
  @Field(() => [PushedPrivilegedAccount], { nullable: true }) accounts!: PushedPrivilegedAccount[] | null;
  @Field(() => [PushedCustomField], { nullable: true }) customFields!: PushedCustomField[] | null;
}
