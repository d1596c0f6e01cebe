import fc from 'fast-check';
import type { ResourceRecord } from '../../../src/features/resources/resource.record.js';
import { recordResources } from '../../../src/features/resources/resource.service.js';
import { anActor } from '../../helpers/gateway.js';
import type { ListSpec, Row } from '../list-spec.js';
import { orNull, text, time } from '../list-values.js';

const record = fc.record({
  sourceId: fc.uuid(),
  name: text,
  type: text,
  description: orNull(text),
  dnsName: orNull(text),
  department: orNull(text),
  location: orNull(text),
  ownerName: orNull(text),
  createdAt: time,
  modifiedAt: time,
  lastAccessedAt: orNull(time),
});

/** The fields that are filtered or ordered by. */
export const fields =
  'id name type description dnsName department location ownerName createdAt modifiedAt lastAccessedAt';

/** The list of resources, for the laws of lists. */
export const resources: ListSpec = {
  root: 'resources',
  type: 'Resource',
  fields,
  filters: {
    ids: 'id',
    names: 'name',
    types: 'type',
    departments: 'department',
    locations: 'location',
    ownerNames: 'ownerName',
  },
  searched: ['name', 'dnsName', 'description'],
  dates: { CREATED_AT: 'createdAt', MODIFIED_AT: 'modifiedAt', LAST_ACCESSED_AT: 'lastAccessedAt' },
  orders: { NAME: 'name', CREATED_AT: 'createdAt', MODIFIED_AT: 'modifiedAt', LAST_ACCESSED_AT: 'lastAccessedAt' },
  hasFieldArguments: true,
  records: fc.array(record, { maxLength: 30, minLength: 6 }),
  async store(db, records) {
    await recordResources(db, 'test', records as ResourceRecord[]);
  },
  async everyRow(gateway) {
    const query = `{ resourceFeed { changes { node { ${fields} } } } }`;
    const answer = await gateway.read<{ resourceFeed: { changes: { node: Row }[] } }>(anActor(), query);
    return answer.resourceFeed.changes.map(({ node }) => node);
  },
};
