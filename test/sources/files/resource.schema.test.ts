import { describe, expect, it } from 'vitest';
import { Module } from '../../../src/database/module.js';
import { fileOf, read, readRow } from './read.js';

const RESOURCE = { sourceId: '7', name: 'db-1', type: 'Linux' };
const readResource = (fields: object) => readRow(Module.RESOURCES, { ...RESOURCE, ...fields });

describe('a row of resources', () => {
  it('leaves out the lists that it does not have, so that they stay as they were', async () => {
    for (const row of [{}, { accounts: null, customFields: null }]) {
      const { record } = await readResource(row);
      expect(record).toMatchObject({ ...RESOURCE, description: null, createdAt: null });
      expect(Object.keys(record!)).not.toContain('accounts');
      expect(Object.keys(record!)).not.toContain('customFields');
    }
    expect((await readResource({ accounts: [] })).record?.accounts).toEqual([]);
  });

  it('has its privileged accounts', async () => {
    const account = { id: '1', name: 'root', compliant: 'Non-Compliant', lastModifiedAt: '2026-01-01 10:00:00' };
    expect((await readResource({ accounts: [account] })).record?.accounts).toEqual([
      {
        sourceId: null,
        name: 'root',
        description: null,
        passwordStatus: null,
        passwordPolicy: null,
        expiryStatus: null,
        compliant: false,
        complianceReason: null,
        lastAccessedAt: null,
        lastModifiedAt: '2026-01-01T10:00:00.000Z',
      },
    ]);
  });

  it.each([
    [true, true],
    ['1', true],
    ['Compliant', true],
    ['FALSE', false],
    ['0', false],
    ['Non Compliant', false],
    ['not_compliant', false],
    ['N/A', null],
  ])('knows that %j is %j', async (compliant, expected) => {
    const { record } = await readResource({ accounts: [{ name: 'root', compliant }] });
    expect(record?.accounts?.[0]?.compliant).toBe(expected);
  });

  it('drops secret custom fields unread', async () => {
    const customFields = [
      { label: 'Rack', value: 'B7', type: 'Character' },
      { label: 'PIN', value: '1234', type: ' password' },
      { label: 'Code', value: 'x'.repeat(99_999), columnName: 'COLUMN_SCHAR3' },
    ];
    expect((await readResource({ customFields })).record?.customFields).toEqual([{ label: 'Rack', value: 'B7' }]);
  });

  it.each([
    [{ accounts: [{ name: 'a' }, { description: 'b' }] }, 'accounts[1].name is missing'],
    [{ accounts: [{ name: 'a', key: 1 }] }, /^accounts\[0\]: unknown field "key": known are sourceId, name, /],
    [{ accounts: [17] }, 'accounts[0] is a number, not an object of fields'],
    [{ accounts: {} }, 'accounts is an object, not a list'],
    [{ accounts: '[{' }, 'accounts is not a list written as JSON'],
    [
      { accounts: [{ name: 'a', compliant: 'yes' }] },
      /^accounts\[0\]\.compliant: "yes" is none of true, 1, false, 0, comp/,
    ],
    [{ name: 'x'.repeat(256) }, 'name is longer than 255 characters: it has 256'],
    [{ name: null, type: '' }, 'name is missing; type is missing'],
  ])('is refused for %j', async (fields, reason) => {
    expect((await readResource(fields)).refused).toMatch(reason);
  });

  it('may say that the resource was deleted', async () => {
    expect(await readRow(Module.RESOURCES, { sourceId: 7, deleted: true })).toEqual({ deleted: '7' });
    expect(await readRow(Module.RESOURCES, { deleted: true })).toEqual({ refused: 'sourceId is missing' });
  });

  it('has lists as JSON, and deletions in a column, in a CSV file', async () => {
    const content = [
      'sourceId,name,type,accounts,customFields,deleted',
      '1,db-1,Linux,"[{""name"":""root""}]",,',
      '2,,,,,true',
      '3,db-3,Linux,,[],false',
    ].join('\n');
    const { lines } = await read(Module.RESOURCES, await fileOf('resources.csv', content));
    expect(lines).toMatchObject([
      { line: 2, record: { sourceId: '1', accounts: [{ name: 'root' }] } },
      { line: 3, deleted: '2' },
      { line: 4, record: { sourceId: '3', customFields: [] } },
    ]);
  });

  it('needs no other column than these two to say what was deleted', async () => {
    const { lines } = await read(Module.RESOURCES, await fileOf('gone.csv', 'sourceId,deleted\n4,1\n5,0\n'));
    expect(lines).toEqual([
      { line: 2, deleted: '4' },
      { line: 3, refused: 'name is missing; type is missing' },
    ]);
  });
});
