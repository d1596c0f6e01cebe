import type { Logger } from 'pino';

/** Where listeners say what an operator has to know; never a line that came. */
export type Log = Pick<Logger, 'info' | 'warn' | 'error'>;
