import { CheckStatus, type DiagnosticCheck } from './check.js';

/** What a check found. `detail` is a sentence of ours: no text of the peer is ever in it. */
export type Finding = Pick<DiagnosticCheck, 'status' | 'detail'>;

export const pass = (detail: string): Finding => ({ status: CheckStatus.PASS, detail });
export const warn = (detail: string): Finding => ({ status: CheckStatus.WARN, detail });
export const fail = (detail: string): Finding => ({ status: CheckStatus.FAIL, detail });
export const skipped = (detail: string): Finding => ({ status: CheckStatus.SKIPPED, detail });
