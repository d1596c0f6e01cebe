import type { AuditRecord } from '../../features/audits/audit.record.js';
import { categories, meaningOf, outcomes } from '../../features/ingest/rules/product-words.js';

/** An audit of PAM360 or Password Manager Pro, as its line has it. `time` has no zone. */
export interface PamAudit {
  readonly user: string;
  readonly address: string | null;
  readonly operation: string;
  readonly time: string;
  readonly outcome: AuditRecord['outcome'];
  readonly category: AuditRecord['category'];
  readonly resourceName: string | null;
  readonly accountName: string | null;
  readonly userName: string | null;
  readonly reason: string | null;
  /** The line from the user on, without what relays put before it. */
  readonly text: string;
}

/** The time and the status, which everything else stands around. */
const TIME_AND_STATUS = / (\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d) ([A-Za-z]+)(?: |$)/;
const KIND = /(?:^|\s)([A-Za-z_]+?)_?Audits?:(?=\S)/;
const TAG = /^\S+: +(?=\S)/;

/**
 * Reads `{user:ip} {operation} {time} {status} {server} {resource:account:reason}`, before which 'ResourceAudit:' or the
 * like may stand, and before that a tag (manageengine.com, help on SNMP traps and syslog settings; Exabeam's parsers of
 * PAM360 and Password Manager Pro). Undefined where it is no such line.
 */
export function readPamAudit(content: string): PamAudit | undefined {
  const middle = TIME_AND_STATUS.exec(content);
  if (!middle) return undefined;
  const [all, time, status] = middle;
  const head = readHead(content.slice(0, middle.index));
  if (!head) return undefined;
  const outcome = meaningOf(status!, outcomes) ?? 'UNKNOWN';
  // Without a kind, only the known words make it certain that this is an audit of the product.
  if (head.kind === undefined && outcome === 'UNKNOWN') return undefined;
  const category = meaningOf(head.kind ?? '', categories) ?? categoryOf(head.operation);
  return {
    user: head.user,
    address: head.address,
    operation: head.operation.replaceAll('_', ' ').trim(),
    time: time!,
    outcome,
    category,
    ...readObject(content.slice(middle.index + all.length)),
    text: content.slice(head.start),
  };
}

interface Head {
  readonly start: number;
  readonly kind: string | undefined;
  readonly user: string;
  readonly address: string | null;
  readonly operation: string;
}

/** `{user:ip} {operation}`, and what stands before. */
function readHead(text: string): Head | undefined {
  const space = text.lastIndexOf(' ');
  const operation = text.slice(space + 1);
  if (space < 0 || operation === '' || operation.includes(':')) return undefined;
  const before = text.slice(0, space).trimEnd();
  const kind = KIND.exec(before);
  const afterKind = kind ? kind.index + kind[0].length : (TAG.exec(before)?.[0].length ?? 0);
  const who = before.slice(afterKind);
  const colon = who.indexOf(':');
  const user = who.slice(0, colon).trim();
  if (colon < 0 || user === '') return undefined;
  return {
    start: kind ? afterKind - kind[0].trimStart().length : afterKind,
    kind: kind?.[1],
    user,
    address: present(who.slice(colon + 1)),
    operation,
  };
}

/** `{server} {resource:account:reason}`. A first part like '-ann' is a user (Exabeam's parsers read it so). */
function readObject(text: string): Pick<PamAudit, 'resourceName' | 'accountName' | 'userName' | 'reason'> {
  const space = text.indexOf(' ');
  const object = space < 0 ? '' : text.slice(space + 1);
  const [first = '', second = ''] = object.split(':', 2);
  const reason = object.slice(first.length + second.length + 2);
  const isUser = /^-[^\s-]/.test(first);
  return {
    resourceName: isUser ? null : present(first),
    accountName: present(second),
    userName: isUser ? present(first.slice(1)) : null,
    reason: present(reason),
  };
}

/** Of a line that does not say: inferred from the product's names of operations. */
function categoryOf(operation: string): AuditRecord['category'] {
  if (/^User_/i.test(operation)) return 'USER';
  return /^Session_/i.test(operation) ? 'ACTIVE_PRIVILEGED_SESSION' : 'RESOURCE';
}

function present(text: string): string | null {
  const trimmed = text.trim();
  return trimmed === '' || trimmed === '-' || trimmed === 'N/A' ? null : trimmed;
}
