import type { TimeZone } from '../../lib/time-zone.js';
import type { Counts } from './counts.js';
import type { Frame } from './frame-splitter.js';
import { lineToAudit } from './line-to-audit.js';
import { cutMessageText, messageText } from './message-text.js';
import type { Refusals } from './refusals.js';
import type { WriteQueue } from './write-queue.js';

/** Where the messages of a listener go in. */
export class Intake {
  constructor(
    readonly queue: WriteQueue,
    readonly counts: Counts,
    readonly zone: TimeZone,
    readonly isAllowed: (sender: string) => boolean,
    readonly refusals: Refusals,
  ) {}

  /** Has a message stored as an audit; one of nothing but blanks is none. `sender` is the address that it came from. */
  take({ bytes, size, isBroken, isMiscounted }: Frame, sender: string): void {
    const isCut = isBroken || isMiscounted || size > bytes.length;
    const text = isCut ? cutMessageText(bytes) : messageText(bytes);
    if (text === undefined) return;
    this.counts.received++;
    if (isCut) this.counts.cut++;
    const cut = isCut ? { size, isBroken, isMiscounted } : undefined;
    this.queue.add(lineToAudit({ text, sender, receivedAt: Date.now(), cut }, this.zone));
  }
}
