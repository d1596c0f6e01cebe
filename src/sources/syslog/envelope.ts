/** What stands around a message; null what the sender left out. */
export interface Envelope {
  readonly facility: number | null;
  /** UTC, as audits have it. */
  readonly time: string | null;
  readonly host: string | null;
  readonly app: string | null;
  /** The number that the sender gave the message (RFC 5424, section 7.3.1). */
  readonly sequenceId: string | null;
  /** What follows the host: behind it may stand a tag, which some senders leave out. */
  readonly content: string;
}
