import { X509Certificate } from 'node:crypto';
import { timeOf } from './certificate.js';
import { type Finding, fail, pass } from './finding.js';

const EXPIRY = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);
const SELF_SIGNED = 'DEPTH_ZERO_SELF_SIGNED_CERT';
const UNKNOWN_AUTHORITY = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
]);

/** The longest chain that is followed; the web's have four certificates at most. */
const MAX_CHAIN_LENGTH = 10;

const words = {
  good: 'The certificate comes from a trusted authority.',
  selfSigned:
    'The certificate is self-signed: install one of an authority in Analytics Plus, or name a file with this one in ANALYTICS_PLUS_CA_FILE.',
  unknown:
    "The certificate comes from an authority that is not trusted here: name a file with that authority's certificate in ANALYTICS_PLUS_CA_FILE, and let Analytics Plus send every certificate between the two.",
  old: 'A certificate of the authority has expired or is not valid yet: install the present certificates of the authority in Analytics Plus.',
  other:
    'The certificate or one of its authority is not fit for a server, or its signature is wrong: have a new one issued and install it in Analytics Plus.',
};

/**
 * Whether a certificate comes from a trusted authority, whenever it is or was valid itself. `code` is the verdict of OpenSSL,
 * undefined where all is well. Of several faults OpenSSL tells the last one that it met, and it looks at times last and at
 * the server's own certificate at the very end: behind an expired certificate anything may be wrong with the chain, so
 * then the signatures are followed here.
 * @param trusted certificates in PEM
 */
export function checkChain(
  certificate: X509Certificate,
  code: string | undefined,
  trusted: readonly string[],
  now: number,
): Finding {
  if (code === undefined) return pass(words.good);
  if (code === SELF_SIGNED) return fail(words.selfSigned);
  if (UNKNOWN_AUTHORITY.has(code)) return fail(words.unknown);
  if (!EXPIRY.has(code)) return fail(words.other);
  if (timeOf(certificate, now) === 'WITHIN') return fail(words.old);
  return followed(certificate, trusted.flatMap(certificatesOf), now);
}

/** Follows the signatures from the certificate, over those that the server sent with it, to a trusted one. */
function followed(certificate: X509Certificate, trusted: readonly X509Certificate[], now: number): Finding {
  const isTrusted = (one: X509Certificate) => trusted.some((other) => other.fingerprint256 === one.fingerprint256);
  const sent = sentWith(certificate);
  if (!isTrusted(certificate) && certificate.checkIssued(certificate)) return fail(words.selfSigned);
  let at = certificate;
  for (let step = 0; step < MAX_CHAIN_LENGTH; step++) {
    if (isTrusted(at)) return pass(words.good);
    const issuers = [...trusted, ...sent].filter((other) => isIssuedBy(at, other));
    const issuer = issuers.find((other) => timeOf(other, now) === 'WITHIN');
    if (!issuer) return fail(issuers.length > 0 ? words.old : words.unknown);
    at = issuer;
  }
  return fail(words.unknown);
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    // It throws for keys that cannot be read.
    return false;
  }
}

function sentWith(certificate: X509Certificate): X509Certificate[] {
  const sent: X509Certificate[] = [];
  for (let at = certificate.issuerCertificate; at && sent.length < MAX_CHAIN_LENGTH; at = at.issuerCertificate)
    sent.push(at);
  return sent;
}

function certificatesOf(pem: string): X509Certificate[] {
  return (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
    (one) => new X509Certificate(one),
  );
}
