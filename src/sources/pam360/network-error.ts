import { PamError } from './pam-error.js';

const UNTRUSTED = /^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_(GET|VERIFY)|CERT_(UNTRUSTED|SIGNATURE|CHAIN))/;

const ADVICE: Readonly<Record<string, string>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for other names: write PAM_URL with a name that stands in it',
  CERT_HAS_EXPIRED: 'has expired: renew it there',
  CERT_NOT_YET_VALID: 'is not valid yet: are the clocks right?',
};

/** Why a call got no answer. What is wrong with a certificate stays wrong; all else may pass. */
export function networkError(error: unknown, host: string): PamError {
  const code = codeOf(error);
  const because = { cause: error };
  if (UNTRUSTED.test(code)) {
    const message = `the certificate of ${host} is not trusted (${code}): put the certificate of the authority that issued it, or its own where it is self-signed, into a file, and set PAM_CA_FILE to that`;
    return new PamError(message, false, undefined, because);
  }
  const advice = ADVICE[code];
  if (advice) return new PamError(`the certificate of ${host} ${advice} (${code})`, false, undefined, because);
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
    return new PamError(
      `${host} does not speak TLS as it should (${code}): is the port right?`,
      false,
      undefined,
      because,
    );
  }
  return new PamError(
    `${host} cannot be reached (${code}): is it running, and is PAM_URL right?`,
    true,
    undefined,
    because,
  );
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown error';
  if (error.name === 'TimeoutError') return 'no whole answer in time';
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : error.cause instanceof Error ? codeOf(error.cause) : error.message;
}
