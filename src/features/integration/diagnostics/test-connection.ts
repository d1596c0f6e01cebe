import { normalHostName } from '../host-name.js';
import { hostHeader, type Target } from '../target.js';
import { ask } from './answer.js';
import { checkName, checkValidity } from './certificate.js';
import { checkChain } from './certificate-chain.js';
import { CheckStatus, type DiagnosticCheck } from './check.js';
import { connect } from './connect.js';
import { type Finding, skipped } from './finding.js';
import { authorities, handshake } from './handshake.js';
import { checkAnswer, checkBuild, checkClock } from './http-checks.js';
import { resolve } from './resolve.js';
import { type Run, runWithin } from './run.js';

const TOTAL_MS = 10_000;

export const connectionChecks = [
  'NAME_RESOLUTION',
  'TCP_CONNECTION',
  'TLS_HANDSHAKE',
  'CERTIFICATE_VALIDITY',
  'CERTIFICATE_CHAIN',
  'CERTIFICATE_NAME',
  'HTTP_ANSWER',
  'BUILD',
  'CLOCK',
] as const;

type Findings = Partial<Record<(typeof connectionChecks)[number], Finding>>;

/** Those that what follows needs. */
const steps = ['NAME_RESOLUTION', 'TCP_CONNECTION', 'TLS_HANDSHAKE', 'HTTP_ANSWER'] as const;

export interface TestOptions {
  /** Whether the host may be this machine itself. */
  readonly allowLoopback: boolean;
  /** Certificates in PEM, trusted beside those that come with Node.js. */
  readonly ca?: string | undefined;
}

/**
 * Tries to reach Analytics Plus, in 10 seconds at most, and says what it found: one for each of `connectionChecks`, in their
 * order. It never throws, and leaves nothing open. The words are ours: of what the other side sends nothing but the number
 * of its build comes through.
 */
export function testConnection(target: Target, options: TestOptions): Promise<DiagnosticCheck[]> {
  return runWithin(TOTAL_MS, async (run) => {
    const findings: Findings = {};
    await examine(target, options, run, findings).catch(() => {});
    const failed = steps.find((step) => findings[step]?.status === CheckStatus.FAIL);
    const untried = skipped(
      failed ? `Not tried: ${failed} failed.` : 'Not tried: the test itself failed, so report it.',
    );
    return connectionChecks.map((name) => ({ name, ...(findings[name] ?? untried) }));
  });
}

async function examine(
  { hostName: saved, portNumber }: Target,
  { allowLoopback, ca }: TestOptions,
  run: Run,
  findings: Findings,
): Promise<void> {
  const resolution = await resolve(saved, allowLoopback, run);
  findings.NAME_RESOLUTION = resolution.finding;
  if (resolution.addresses.length === 0) return;
  const target = { hostName: normalHostName(saved), portNumber };

  const { finding: connected, connection } = await connect(resolution.addresses, portNumber, run);
  findings.TCP_CONNECTION = connected;
  if (!connection) return;

  const { finding: shaken, secured } = await handshake(connection, target, ca, run);
  findings.TLS_HANDSHAKE = shaken;
  const certificate = secured?.getPeerX509Certificate();
  if (!secured || !certificate) return;

  const code = secured.authorized ? undefined : String(secured.authorizationError);
  findings.CERTIFICATE_VALIDITY = checkValidity(certificate, Date.now());
  findings.CERTIFICATE_CHAIN = checkChain(certificate, code, authorities(ca), Date.now());
  findings.CERTIFICATE_NAME = checkName(certificate, target.hostName);

  const answer = await ask(secured, hostHeader(target), run);
  findings.HTTP_ANSWER = checkAnswer(answer);
  if (typeof answer !== 'object') return;
  findings.BUILD = checkBuild(answer);
  findings.CLOCK = checkClock(answer);
}
