import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tooLong } from '../../../src/database/rows.js';
import { Audit } from '../../../src/features/audits/audit.js';
import { auditOf, auditOfBytes, SENDER } from './lines.js';

describe('any other line', () => {
  test('is kept whole, with what can be read of it', () => {
    const text = '<86>Nov 26 11:00:00 web1 sshd[7]: Accepted publickey for ann';
    expect(auditOf(text)).toMatchObject({
      occurredAt: '2026-11-26T11:00:00.000Z',
      category: 'USER',
      operation: 'Syslog Message',
      outcome: 'UNKNOWN',
      operatedBy: 'System',
      ipAddress: SENDER,
      clientType: 'sshd',
      reason: text,
    });
  });

  test('is of the category USER where its facility is about who signs in, else TASK', () => {
    const categories = ['<38>', '<86>', '<110>', '<13>', ''].map((priority) => auditOf(`${priority}hello`).category);
    expect(categories).toEqual(['USER', 'USER', 'USER', 'TASK', 'TASK']);
  });

  test('that says no time was when it came', () => {
    expect(auditOf('hello', '2026-11-26T12:00:00.700Z').occurredAt).toBe('2026-11-26T12:00:00.000Z');
  });

  test('is kept in its own characters, those of Latin-1 included', () => {
    expect(auditOfBytes(Buffer.from('<13>größer\r\n\0'))?.reason).toBe('<13>größer');
    expect(auditOfBytes(Buffer.from('<13>größer', 'latin1'))?.reason).toBe('<13>größer');
  });

  test('says so where it is longer than is kept, or was never whole', () => {
    expect(auditOf('y'.repeat(16_000)).reason).toBe('y'.repeat(16_000));
    expect(auditOf('y'.repeat(16_001)).reason).toMatch(/^y{15900,} … \[cut: the message had 16001 characters here\]$/);
    const broken = { cut: { size: 9, isBroken: true } };
    const pam = 'a:1 Op 2019/09/23 11:39:00 Success pam a:b:Te';
    expect(auditOf(pam, undefined, undefined, broken)).toMatchObject({
      operation: 'Syslog Message',
      reason: `${pam} … [cut: the connection ended within this message, after 9 bytes]`,
    });
  });

  test('is nothing where it is blank', () => {
    for (const blank of ['', ' \t', '\r\n', '\0\0', '\n \n']) expect(auditOfBytes(Buffer.from(blank))).toBeUndefined();
  });
});

describe('any bytes', () => {
  const priority = fc.constantFrom('', '<13>', '<38>', '<191>', '<192>', '<', '<13>1 ');
  const time = fc.constantFrom(
    '',
    'Nov 26 11:00:00 ',
    'Feb 30 99:00:00 ',
    '2026-11-26T11:00:00Z ',
    '2019/09/23 11:39:00 ',
    '- ',
  );
  const word = fc.constantFrom(
    'host ',
    'su: ',
    'a:1.2.3.4 ',
    'ResourceAudit:a: ',
    'Success ',
    '[meta sequenceId="1"] ',
    '- ',
    ':',
  );
  const nearly = fc.tuple(priority, fc.array(fc.oneof(time, word, fc.string({ unit: 'binary' })), { maxLength: 9 }));

  test('are exactly one audit that its columns can hold, or blank', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
      nearly.map(([first, rest]) => Buffer.from(first + rest.join(''))),
    );
    fc.assert(
      fc.property(bytes, (message) => {
        const audit = auditOfBytes(message);
        if (audit === undefined) {
          expect(message.toString('latin1').replace(/[ \t\r\n\0]/g, '')).toBe('');
          return;
        }
        expect(tooLong(Audit, audit)).toBeUndefined();
        expect(audit.occurredAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        expect([audit.operation, audit.operatedBy].every(Boolean)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });
});
