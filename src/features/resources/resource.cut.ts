import { cutTexts } from '../../database/cut-texts.js';
import type { EntityClass } from '../../database/rows.js';
import { CustomField, PrivilegedAccount, Resource } from './resource.js';
import type { ResourceRecord } from './resource.record.js';

/** What says which resource it is, and whose: cut, it could stand for another. Audits find their resource by its name. */
const KEYS = new Set(['sourceId', 'name', 'ownerName']);
const ACCOUNT_KEYS = new Set(['sourceId', 'name']);
const NO_KEYS = new Set<string>();

/** A resource whose texts fit their columns: those that are too long are cut and say so, except for names and ids. */
export function cutResource(record: ResourceRecord): ResourceRecord {
  const cut = cutTexts(Resource, record, KEYS);
  const accounts = cutAll(PrivilegedAccount, record.accounts, ACCOUNT_KEYS);
  const customFields = cutAll(CustomField, record.customFields, NO_KEYS);
  if (accounts === record.accounts && customFields === record.customFields) return cut;
  return { ...cut, ...(accounts && { accounts }), ...(customFields && { customFields }) };
}

/** The list itself is returned if nothing is too long. */
function cutAll<T extends object>(entity: EntityClass, records: T[] | undefined, keys: ReadonlySet<string>) {
  const cut = records?.map((record) => cutTexts(entity, record, keys));
  return cut?.some((record, index) => record !== records![index]) ? cut : records;
}
