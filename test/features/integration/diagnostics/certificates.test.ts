import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { checkName, checkValidity } from '../../../../src/features/integration/diagnostics/certificate.js';
import { authority, examine, https, pem } from './peer.js';

const chain = {
  good: 'PASS The certificate comes from a trusted authority.',
  unknown: /^FAIL The certificate comes from an authority that is not trusted here: .* ANALYTICS_PLUS_CA_FILE/,
  selfSigned: /^FAIL The certificate is self-signed: .* ANALYTICS_PLUS_CA_FILE/,
  old: /^FAIL A certificate of the authority has expired or is not valid yet: /,
  unfit: /^FAIL The certificate or one of its authority is not fit for a server/,
};
const valid = /^PASS The certificate is valid for \d+ days more\.$/;
const expired = 'FAIL The certificate has expired: install a new one in Analytics Plus.';

describe('the time and the chain of a certificate are judged apart', () => {
  test.each<[string, readonly string[], string | RegExp, string | RegExp]>([
    ['of the authority', ['good'], valid, chain.good],
    ['expired', ['expired'], expired, chain.good],
    ['not valid yet', ['not-yet-valid'], /^FAIL The certificate is not valid yet: /, chain.good],
    ['self-signed', ['self-signed'], valid, chain.selfSigned],
    ['self-signed and expired', ['expired-self-signed'], expired, chain.selfSigned],
    ['of a stranger', ['of-stranger'], valid, chain.unknown],
    ['of a stranger who sends its own along', ['of-stranger', 'stranger'], valid, chain.unknown],
    ['of a stranger and expired', ['expired-of-stranger', 'stranger'], expired, chain.unknown],
    ['of an authority of the same name and expired', ['expired-of-impostor', 'impostor'], expired, chain.unknown],
    ['of an intermediate authority', ['of-intermediate', 'intermediate'], valid, chain.good],
    ['of an intermediate authority that is not sent', ['of-intermediate'], valid, chain.unknown],
    ['of an intermediate authority and expired', ['expired-of-intermediate', 'intermediate'], expired, chain.good],
    ['of an expired authority', ['of-old-intermediate', 'old-intermediate'], valid, chain.old],
    ['of an expired authority and expired', ['expired-of-old-intermediate', 'old-intermediate'], expired, chain.old],
    ['of a server that is no authority', ['of-server', 'good'], valid, chain.unfit],
    ['of a server that is no authority and expired', ['expired-of-server', 'good'], expired, chain.unknown],
    ['for clients', ['for-clients'], valid, chain.unfit],
  ])('%s', async (_name, certificates, validity, trust) => {
    expect(await examine(https(certificates))).toMatchObject({
      TLS_HANDSHAKE: 'PASS The TLS handshake succeeds.',
      CERTIFICATE_VALIDITY: typeof validity === 'string' ? validity : expect.stringMatching(validity),
      CERTIFICATE_CHAIN: typeof trust === 'string' ? trust : expect.stringMatching(trust),
      CERTIFICATE_NAME: 'PASS The certificate is for the saved host name.',
      HTTP_ANSWER: 'PASS The HTTP answer looks like one of Analytics Plus.',
    });
  });
});

test.each([['self-signed'], ['expired-self-signed']])(
  'a %s certificate is trusted where the file of authorities has it',
  async (name) => {
    const findings = await examine(https([name]), 'localhost', { allowLoopback: true, ca: authority + pem(name) });
    expect(findings.CERTIFICATE_CHAIN).toBe(chain.good);
  },
);

test('an authority is trusted only where the file of authorities has it', async () => {
  const findings = await examine(https(['good', 'authority']), 'localhost', { allowLoopback: true });
  expect(findings.CERTIFICATE_CHAIN).toMatch(chain.unknown);
});

test.each(['localhost', '127.0.0.1'])('a certificate for another name is not for %s', async (hostName) => {
  expect(await examine(https(['other-name']), hostName)).toMatchObject({
    CERTIFICATE_VALIDITY: expect.stringMatching(valid),
    CERTIFICATE_CHAIN: chain.good,
    CERTIFICATE_NAME: expect.stringMatching(/^FAIL The certificate is not for the saved host name: /),
  });
});

test.each([
  ['2020-12-01T23:59:59Z', 'PASS The certificate is valid for 30 days more.'],
  ['2020-12-03T00:00:00Z', 'WARN The certificate expires in 29 days: install a new one in Analytics Plus before then.'],
  ['2020-12-30T23:59:59Z', 'WARN The certificate expires in 1 day: install a new one in Analytics Plus before then.'],
  ['2020-12-31T23:59:59Z', 'WARN The certificate expires in 0 days: install a new one in Analytics Plus before then.'],
  ['2021-01-01T00:00:01Z', expired],
])('at %s a certificate that ends with the year 2020: %s', (now, found) => {
  const { status, detail } = checkValidity(new X509Certificate(pem('expired')), Date.parse(now));
  expect(`${status} ${detail}`).toBe(found);
});

test.each([
  ['localhost', 'PASS'],
  ['127.0.0.1', 'PASS'],
  ['127.0.0.2', 'FAIL'],
  ['::1', 'FAIL'],
  ['host.localhost', 'FAIL'],
])('the name %s: %s', (hostName, status) => {
  expect(checkName(new X509Certificate(pem('good')), hostName).status).toBe(status);
});
