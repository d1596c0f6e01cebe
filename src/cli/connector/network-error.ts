import { ConnectorError } from './connector-error.js';

const CERTIFICATE_CODE = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)/;

/** A failed `fetch` in words. What is wrong with a certificate stays wrong; all else may pass. */
export function networkError(error: unknown): ConnectorError {
  const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = codeOf(reason);
  if (CERTIFICATE_CODE.test(code)) {
    return new ConnectorError(
      `The gateway's certificate is not trusted (${code}). Name the file of the authority that signed it in NODE_EXTRA_CA_CERTS.`,
      { cause: error },
    );
  }
  const what = code || (reason instanceof Error ? reason.message : String(reason));
  return new ConnectorError(`The gateway cannot be reached: ${what}.`, { transient: true, cause: error });
}

function codeOf(reason: unknown): string {
  return reason instanceof Error && 'code' in reason && typeof reason.code === 'string' ? reason.code : '';
}
