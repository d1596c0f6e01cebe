import type { X509Certificate } from 'node:crypto';
import { checkServerIdentity } from 'node:tls';
import { pluralize } from '../../../lib/pluralize.js';
import { type Finding, fail, pass, warn } from './finding.js';

const DAY = 86_400_000;
const FEW_DAYS = 30;

/** Where a moment, in milliseconds, lies from the time that a certificate is valid for. */
export function timeOf(certificate: X509Certificate, now: number): 'BEFORE' | 'WITHIN' | 'AFTER' {
  if (now < Date.parse(certificate.validFrom)) return 'BEFORE';
  return now <= Date.parse(certificate.validTo) ? 'WITHIN' : 'AFTER';
}

/** Whether the certificate is valid at the moment `now`, and for how many whole days from then. */
export function checkValidity(certificate: X509Certificate, now: number): Finding {
  const time = timeOf(certificate, now);
  if (time === 'BEFORE') {
    return fail(
      'The certificate is not valid yet: look at the clocks of both machines, or install another certificate.',
    );
  }
  if (time === 'AFTER') return fail('The certificate has expired: install a new one in Analytics Plus.');
  const days = Math.floor((Date.parse(certificate.validTo) - now) / DAY);
  return days < FEW_DAYS
    ? warn(`The certificate expires in ${pluralize(days, 'day')}: install a new one in Analytics Plus before then.`)
    : pass(`The certificate is valid for ${pluralize(days, 'day')} more.`);
}

/** Whether the certificate is for a DNS name or address. */
export function checkName(certificate: X509Certificate, hostName: string): Finding {
  return isFor(certificate, hostName)
    ? pass('The certificate is for the saved host name.')
    : fail(
        'The certificate is not for the saved host name: save the name that it is for, or install one for this name in Analytics Plus.',
      );
}

function isFor(certificate: X509Certificate, hostName: string): boolean {
  try {
    return checkServerIdentity(hostName, certificate.toLegacyObject()) === undefined;
  } catch {
    // It throws for names that cannot be read.
    return false;
  }
}
