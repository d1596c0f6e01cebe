import { TimeZone } from '../../../src/lib/time-zone.js';
import { type Line, lineToAudit } from '../../../src/sources/syslog/line-to-audit.js';
import { messageText } from '../../../src/sources/syslog/message-text.js';

export const SENDER = '192.0.2.7';
const UTC = new TimeZone('UTC');

/** The audit of a line that came from SENDER at a time. */
export function auditOf(text: string, receivedAt = '2026-11-26T12:00:00Z', zone = UTC, but: Partial<Line> = {}) {
  return lineToAudit({ text, sender: SENDER, receivedAt: Date.parse(receivedAt), ...but }, zone);
}

/** The audit of a message of any bytes; undefined where it is blank. */
export function auditOfBytes(bytes: Buffer) {
  const text = messageText(bytes);
  return text === undefined ? undefined : auditOf(text);
}
