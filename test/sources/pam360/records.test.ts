import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TimeZone } from '../../../src/lib/time-zone.js';
import { parseAccountTime } from '../../../src/sources/pam360/account-time.js';
import { auditOf } from '../../../src/sources/pam360/audit.js';
import { openEnvelope } from '../../../src/sources/pam360/envelope.js';
import { rowsOf } from '../../../src/sources/pam360/field-values.js';
import { PamError } from '../../../src/sources/pam360/pam-error.js';
import { resourceOf } from '../../../src/sources/pam360/resource.js';
import { scimUserOf } from '../../../src/sources/pam360/scim-user.js';

const utc = new TimeZone('UTC');
const berlin = new TimeZone('Europe/Berlin');

/** As a live server sent it. */
const live = {
  'Audit ID': '1',
  'Operation Type': 'Custom Report Created',
  'Operated by': 'System',
  TIME: '1710222344835',
  'Time Stamp': '2024-03-12 13:45:44.835',
  'IP Address': 'localhost',
  'Client Type': 'Web Client',
  Reason: 'Custom Report Weekly is added',
  'Resource Name': 'Weekly (Custom Report)',
  'Resource ID': '0',
  'User Account': 'N/A',
  'User Account ID': '0',
  'User Name': 'N/A',
  "User's Full Name": 'N/A',
  'Ticket ID': '',
};

describe('an audit', () => {
  test('is taken at its instant, and "0", "N/A" and "" are nothing', () => {
    expect(auditOf(live, 'RESOURCE', berlin)).toEqual({
      sourceId: '1@1710222344835',
      occurredAt: '2024-03-12T05:45:44.835Z',
      category: 'RESOURCE',
      operation: 'Custom Report Created',
      outcome: 'UNKNOWN',
      operatedBy: 'System',
      ipAddress: 'localhost',
      clientType: 'Web Client',
      reason: 'Custom Report Weekly is added',
      ticketId: null,
      resourceSourceId: '0',
      resourceName: 'Weekly (Custom Report)',
      accountSourceId: null,
      accountName: null,
      userName: null,
      userFullName: null,
    });
  });

  test.each([
    ['its stamp in the zone of the source', { TIME: 'N/A' }, '2024-03-12T12:45:44.835Z'],
    [
      'the first of an hour that comes twice',
      { TIME: '-', 'Time Stamp': '2024-10-27 02:30:00.5' },
      '2024-10-27T00:30:00.500Z',
    ],
    ['an hour that the clock skipped', { TIME: '', 'Time Stamp': '2024-03-31 02:30:00' }, '2024-03-31T01:30:00.000Z'],
    ['its stamp, where TIME is no instant', { TIME: '0' }, '2024-03-12T12:45:44.835Z'],
  ])('without TIME is taken at %s', (_, but, occurredAt) => {
    expect(auditOf({ ...live, ...but }, 'USER', berlin)).toMatchObject({ occurredAt });
  });

  test.each([
    [{ 'Audit ID': '' }, 'Audit ID is missing'],
    [{ TIME: '', 'Time Stamp': 'N/A' }, 'audit 1: TIME and Time Stamp are missing'],
    [
      { TIME: '', 'Time Stamp': 'yesterday' },
      'audit 1: "yesterday" is not a date-time: write it like 2026-11-22T08:30:00Z',
    ],
  ])('of %j is refused: %s', (but, refused) => {
    expect(auditOf({ ...live, ...but }, 'USER', utc)).toEqual({ refused });
  });

  test('that says no more than its id and instant is kept', () => {
    expect(auditOf({ 'Audit ID': '7', TIME: '1710222344835' }, 'TASK', utc)).toMatchObject({
      sourceId: '7@1710222344835',
      operation: 'Unknown',
      operatedBy: 'Unknown',
    });
  });
});

describe('a time of an account', () => {
  test.each([
    ['Mar 13, 2024 08:50 PM', '2024-03-13T19:50:00.000Z'],
    ['Mar 13, 2024, 8:50:07\u202fPM', '2024-03-13T19:50:07.000Z'],
    ['Jul 1, 2024 12:00 AM', '2024-06-30T22:00:00.000Z'],
    ['Jul 1, 2024 12:00 PM', '2024-07-01T10:00:00.000Z'],
    ['Mar 31, 2024 02:30 AM', '2024-03-31T01:30:00.000Z'],
    ['Oct 27, 2024 02:30 AM', '2024-10-27T00:30:00.000Z'],
    ['2024-07-01 12:00:00', '2024-07-01T10:00:00.000Z'],
  ])('%s is read in the zone of the source', (text, time) => {
    expect(parseAccountTime(text, berlin)).toBe(time);
  });

  test.each(['Feb 30, 2024 08:50 PM', 'Xyz 1, 2024 08:50 PM', 'Mar 1, 2024 13:00 PM', 'Mar 1, 2024 00:00 AM', 'soon'])(
    '%s is none',
    (text) => {
      expect(() => parseAccountTime(text, berlin)).toThrow(/is not a (date|time|date-time)/);
    },
  );
});

describe('a resource', () => {
  const listed = {
    'RESOURCE ID': '301',
    'RESOURCE NAME': 'web-1',
    'RESOURCE TYPE': 'Linux',
    'RESOURCE DESCRIPTION': '-',
  };
  const read = (described: object, accounts: object = {}) =>
    resourceOf({ listed, described: { ...described }, accounts: new Map(Object.entries(accounts)) }, utc);

  test('of an older version has its policy under an older name', () => {
    expect(read({ 'PASSWORD POLICY': 'Strong', 'RESOURCE OWNER': 'ZYLKER\\ann' })).toMatchObject({
      record: { passwordPolicy: 'Strong', ownerName: 'ZYLKER\\ann', description: null },
    });
  });

  test('keeps custom fields that are no secrets, and no others', () => {
    const field = (label: string, type: string | undefined, column: string | undefined) => ({
      CUSTOMFIELDLABEL: label,
      CUSTOMFIELDVALUE: `value of ${label}`,
      CUSTOMFIELDTYPE: type,
      CUSTOMFIELDCOLUMNNAME: column,
    });
    const fields = [
      field('rack', 'Character', 'COLUMN_CHAR1'),
      field('pin', 'Password', 'COLUMN_CHAR2'),
      field('key', 'Character', 'COLUMN_SCHAR1'),
      field('safe', ' password ', 'COLUMN_CHAR3'),
      field('seed', 'Character', ' column_schar2'),
      field('which', undefined, undefined),
    ];
    const { record } = read({ 'CUSTOM FIELD': fields }) as { record: { customFields: unknown } };
    expect(record.customFields).toEqual([{ label: 'rack', value: 'value of rack' }]);
  });

  test('keeps no sign-in of its URL', () => {
    expect(read({ 'RESOURCE URL': 'https://root:s3cret@web-1/a@b' })).toMatchObject({
      record: { url: 'https://web-1/a@b' },
    });
  });

  test('has its accounts from both calls, and was last accessed when the last of them was', () => {
    const list = [1, 2].map((id) => ({
      'ACCOUNT ID': String(id),
      'ACCOUNT NAME': `a${id}`,
      'PASSWORD STATUS': '****',
    }));
    const details = {
      1: {
        'LAST ACCESSED TIME': 'Mar 13, 2024 08:50 PM',
        'COMPLIANT STATUS': 'Non-Compliant',
        'PASSWORD STATUS': 'N/A',
      },
      2: { 'LAST ACCESSED TIME': 'N/A', 'LAST MODIFIED TIME': 'whenever' },
    };
    const { record, errors } = read({ 'ACCOUNT LIST': list }, details) as Exclude<
      ReturnType<typeof read>,
      { refused: string }
    >;
    expect(record).toMatchObject({
      lastAccessedAt: '2024-03-13T20:50:00.000Z',
      accounts: [
        { sourceId: '1', name: 'a1', compliant: false, passwordStatus: '****' },
        { sourceId: '2', name: 'a2', compliant: null, lastAccessedAt: null, lastModifiedAt: null },
      ],
    });
    expect(errors).toEqual([expect.stringMatching(/^resource 301: LAST MODIFIED TIME: "whenever"/)]);
  });

  test('leaves its accounts as they were where it has some and lists none', () => {
    const { record } = read({ NOOFACCOUNTS: '3' }) as { record: object };
    expect(record).not.toHaveProperty('accounts');
    expect(read({ NOOFACCOUNTS: '0' })).toMatchObject({ record: { accounts: [] }, isPartial: false });
    expect(read({ 'ACCOUNT LIST': '' })).toMatchObject({ record: expect.not.objectContaining({ accounts: [] }) });
  });
});

test('a user of SCIM has its names, its first address where none is primary, and its roles', () => {
  const row = { id: '5', userName: 'ann', name: { givenName: 'Ann', familyName: 'Cole' }, active: 'false' };
  const emails = [{ value: 'a@example.com' }, { value: 'b@example.com' }];
  expect(scimUserOf({ ...row, emails, roles: [{ value: '1', display: 'Administrator' }, 'Auditor'] })).toEqual({
    record: {
      sourceId: '5',
      userName: 'ann',
      firstName: 'Ann',
      lastName: 'Cole',
      email: 'a@example.com',
      status: 'DISABLED',
      roles: ['Administrator', 'Auditor'],
    },
    domain: null,
  });
});

describe('whatever a server answers', () => {
  const SECRET = 'sEcReT-vAlUe';
  const keys = fc.constantFrom(
    ...Object.keys(live),
    ...[
      'RESOURCE ID',
      'RESOURCE NAME',
      'RESOURCE TYPE',
      'RESOURCE URL',
      'RESOURCE OWNER',
      'NOOFACCOUNTS',
      'ACCOUNT ID',
    ],
    ...[
      'ACCOUNT NAME',
      'LAST ACCESSED TIME',
      'COMPLIANT STATUS',
      'DESCRIPTION',
      'id',
      'userName',
      'active',
      '__proto__',
    ],
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('-', 'N/A', '0', '1710222344835', 'Mar 13, 2024 08:50 PM'),
  );
  const flat = fc.dictionary(keys, text);
  const secretField = fc.record({
    CUSTOMFIELDLABEL: text,
    CUSTOMFIELDVALUE: fc.constant(SECRET),
    CUSTOMFIELDTYPE: fc.constantFrom('Password', 'PASSWORD', ' password'),
    CUSTOMFIELDCOLUMNNAME: fc.constantFrom('COLUMN_SCHAR1', 'COLUMN_CHAR1', ''),
  });
  const account = fc
    .tuple(flat, fc.constantFrom('PASSWORD', 'password', 'PASSWD', 'ACCOUNT PASSWORD'))
    .map(([row, key]) => ({ ...row, [key]: SECRET }));
  const described = fc.record({ 'CUSTOM FIELD': fc.array(secretField), 'ACCOUNT LIST': fc.array(account) });
  const answer = fc.oneof(
    fc.jsonValue(),
    fc.record({
      operation: fc.record({
        result: fc.record({ status: text, message: text }),
        totalRows: text,
        Details: fc.jsonValue(),
      }),
    }),
  );

  test('it is an envelope, or a clear fault', () => {
    fc.assert(
      fc.property(answer, (json) => {
        try {
          openEnvelope(json);
        } catch (error) {
          expect(error).toBeInstanceOf(PamError);
          expect((error as Error).message).toMatch(/^it (says|answered)/);
        }
      }),
    );
  });

  test('its rows are records or refused, in texts that every database takes, and no secret comes through', () => {
    fc.assert(
      fc.property(flat, described, (row, more) => {
        const accounts = new Map(rowsOf(more['ACCOUNT LIST']).map((entry) => [String(entry['ACCOUNT ID']), entry]));
        const read = [
          auditOf(row, 'RESOURCE', berlin),
          resourceOf({ listed: row, described: { ...row, ...more }, accounts }, berlin),
          scimUserOf(row),
        ];
        const written = JSON.stringify(read);
        expect(written).not.toContain(SECRET);
        expect(written.includes('\\u0000')).toBe(false);
        expect(written.isWellFormed() && !/\\ud[89a-f]/i.test(written)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
