import { Field, ID, InputType } from 'type-graphql';
import { AuditCategory, AuditOutcome } from '../audits/audit.js';
import type { AuditRecord } from '../audits/audit.record.js';
import { describeWords, type FieldsOf, Pushed, PushedWord, TIME } from './pushed-field.js';

@InputType({ description: 'An audit as a source sends it.' })
export class PushedAudit implements FieldsOf<AuditRecord> {
  @Field(() => ID) sourceId!: string;
  @Field(() => String, { description: TIME }) occurredAt!: string;
  @Field(() => String, { description: describeWords(AuditCategory) }) category!: string;
  @Field(() => String) operation!: string;
  @PushedWord(AuditOutcome, AuditOutcome.UNKNOWN) outcome!: string | null;
  @Field(() => String) operatedBy!: string;
  @Pushed() ipAddress!: string | null;
  @Pushed() clientType!: string | null;
  @Pushed() reason!: string | null;
  @Pushed() ticketId!: string | null;
  @Field(() => ID, { nullable: true, description: "The source's id of the resource." }) resourceSourceId!:
    | string
    | null;
  @Pushed() resourceName!: string | null;
  @Field(() => ID, { nullable: true, description: "The source's id of the privileged account." })
  accountSourceId!: string | null;
  @Pushed() accountName!: string | null;
  @Pushed() userName!: string | null;
  @Pushed() userFullName!: string | null;
}
