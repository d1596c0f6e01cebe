import type { AuditRecord } from '../../features/audits/audit.record.js';
import { isOnlyHere } from '../../features/audits/own-operations.js';
import { formatEpoch } from '../../lib/date-time.js';
import { sha256 } from '../../lib/sha256.js';
import type { TimeZone } from '../../lib/time-zone.js';
import { type Cut, cutText } from './cut-text.js';
import type { Envelope } from './envelope.js';
import { lineTime } from './line-time.js';
import { readPamAudit } from './pam-audit.js';
import { readEnvelope } from './read-envelope.js';

/** A line as it came. */
export interface Line {
  readonly text: string;
  /** The address that it came from. */
  readonly sender: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** What is missing of it; undefined where it is whole. */
  readonly cut?: Cut | undefined;
}

/** What a line that is no audit of the product is called. */
export const OTHER_OPERATION = 'Syslog Message';

/** Characters of the column. */
const NAME_LENGTH = 255;

/** Facilities of who signs in: auth, authpriv, audit. */
const AUTH_FACILITIES = new Set([4, 10, 13]);

const TAG = /^[^\s:]+: +/;

/** Turns any line into exactly one audit. Never throws. */
export function lineToAudit(line: Line, zone: TimeZone): AuditRecord {
  const envelope = readEnvelope(line.text, zone, line.receivedAt);
  return pamRecord(line, innermost(line, envelope, zone), zone) ?? otherRecord(line, envelope);
}

/** The instant that a local time within an envelope is near to. */
function instantOf({ time }: Envelope, receivedAt: number): number {
  return time === null ? receivedAt : Date.parse(time);
}

/** A line that a relay, or somebody who sends a file of lines again, has put whole into an envelope keeps its own. */
function innermost(line: Line, outer: Envelope, zone: TimeZone): Envelope {
  const afterTag = outer.content.replace(TAG, '');
  const inner = readEnvelope(afterTag, zone, instantOf(outer, line.receivedAt));
  if (inner.time === null) return outer;
  return { ...inner, host: inner.host ?? outer.host, sequenceId: inner.sequenceId ?? outer.sequenceId };
}

/** Undefined if the line is not an audit of the product, or not whole. Names that are too long are cut when it is stored. */
function pamRecord(line: Line, envelope: Envelope, zone: TimeZone): AuditRecord | undefined {
  if (line.cut?.isBroken || line.cut?.isMiscounted) return undefined;
  const audit = readPamAudit(envelope.content);
  const occurredAt = audit && lineTime(audit.time, zone, instantOf(envelope, line.receivedAt));
  if (!audit || !occurredAt || audit.operation === '') return undefined;
  const { category, operation, outcome, resourceName, accountName, userName } = audit;
  // Nothing proves who sent a line: one that claims what only this gateway does is kept as it came.
  if (isOnlyHere(operation)) return undefined;
  return {
    sourceId: identity(occurredAt, 'audit', senderOf(line, envelope), audit.text, envelope.sequenceId, line.cut?.size),
    occurredAt,
    category,
    operation,
    outcome,
    operatedBy: audit.user,
    ipAddress: audit.address,
    reason: audit.reason && cutText(audit.reason, line.cut),
    resourceName,
    accountName,
    userName,
  };
}

function otherRecord(line: Line, envelope: Envelope): AuditRecord {
  const { time, app, facility } = envelope;
  // Where nothing says when it was, the second in which it came is all there is to tell it from an equal line.
  const occurredAt = time ?? formatEpoch(Math.floor(line.receivedAt / 1_000) * 1_000);
  const cut = line.cut && [line.cut.size, line.cut.isBroken];
  return {
    sourceId: identity(occurredAt, 'line', senderOf(line, envelope), line.text, cut),
    occurredAt,
    category: facility !== null && AUTH_FACILITIES.has(facility) ? 'USER' : 'TASK',
    operation: OTHER_OPERATION,
    outcome: 'UNKNOWN',
    operatedBy: 'System',
    ipAddress: line.sender,
    clientType: app !== null && app.length <= NAME_LENGTH ? app : null,
    reason: cutText(line.text, line.cut),
  };
}

/**
 * The same whenever and by whichever way a line comes again. The time stands first, so that the ids of a source grow with
 * it: what is new is found out, and written, at one end of the index.
 */
function identity(occurredAt: string, ...parts: unknown[]): string {
  return `${occurredAt.replace(/\D/g, '')}-${sha256(JSON.stringify(parts)).slice(0, 32)}`;
}

/** The host that the line names stays the same through relays; the address does not. */
function senderOf({ sender }: Line, { host }: Envelope): string {
  return (host ?? sender).toLowerCase();
}
