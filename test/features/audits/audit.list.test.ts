import fc from 'fast-check';
import { AuditCategory, AuditOutcome } from '../../../src/features/audits/audit.js';
import type { AuditRecord } from '../../../src/features/audits/audit.record.js';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import { recordResources } from '../../../src/features/resources/resource.service.js';
import { anActor } from '../../helpers/gateway.js';
import { listLaws } from '../list-laws.js';
import type { ListSpec, Row } from '../list-spec.js';
import { orNull, text, time } from '../list-values.js';

const record = fc.record({
  sourceId: fc.uuid(),
  occurredAt: time,
  category: fc.constantFrom(...Object.values(AuditCategory)),
  outcome: fc.constantFrom(...Object.values(AuditOutcome)),
  operation: text,
  operatedBy: text,
  ipAddress: orNull(fc.constantFrom('10.0.0.1', '::1', 'localhost')),
  resourceSourceId: orNull(fc.constantFrom('r1', 'r2', 'r3')),
  resourceName: orNull(text),
  accountName: orNull(text),
  userName: orNull(text),
});

const fields =
  'id occurredAt category outcome operation operatedBy ipAddress resourceId resourceName accountName userName';

const audits: ListSpec = {
  root: 'audits',
  type: 'Audit',
  fields,
  filters: {
    categories: 'category',
    operations: 'operation',
    outcomes: 'outcome',
    operatedBy: 'operatedBy',
    resourceIds: 'resourceId',
    resourceNames: 'resourceName',
    accountNames: 'accountName',
    userNames: 'userName',
    ipAddresses: 'ipAddress',
  },
  searched: [],
  dates: { OCCURRED_AT: 'occurredAt' },
  orders: { OCCURRED_AT: 'occurredAt' },
  hasFieldArguments: false,
  records: fc.array(record, { maxLength: 30, minLength: 6 }),
  async store(db, records) {
    const resources = ['r1', 'r2', 'r3'].map((name) => ({ sourceId: name, name, type: 'Linux' }));
    await recordResources(db, 'test', resources);
    await recordAudits(db, 'test', records as AuditRecord[]);
  },
  async everyRow(gateway) {
    const answer = await gateway.read<{ auditFeed: { nodes: Row[] } }>(
      anActor(),
      `{ auditFeed { nodes { ${fields} } } }`,
    );
    return answer.auditFeed.nodes;
  },
};

listLaws(audits);
