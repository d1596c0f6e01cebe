import fc from 'fast-check';
import { expect, test } from 'vitest';
import { detectProtocol, isBinary } from '../../../src/sources/syslog/detect-protocol.js';
import { StreamReader } from '../../../src/sources/syslog/stream-reader.js';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

const foreign: [string, Buffer | string, string][] = [
  ['a TLS greeting', hex('16 03 01 02 00 01 00 01 fc 03 03'), 'tls'],
  ['a DTLS greeting', hex('16 fe fd 00 00 00 00'), 'tls'],
  ['an SSL 2 greeting', hex('80 2e 01 03 01 00 15 00 00 00 10'), 'binary'],
  ['GET', 'GET /health HTTP/1.1\r\nHost: a\r\n\r\n', 'http'],
  ['GET of HTTP 0.9', 'GET /\r\n', 'http'],
  ['GET of a long address', `GET /${'x'.repeat(9_000)}`, 'http'],
  ['another method', 'PROPFIND /files/a HTTP/1.1\r\n', 'http'],
  ['a method that nobody knows', 'x-find * HTTP/1.0\n', 'http'],
  ['CONNECT', 'CONNECT example.com:443 HTTP/1.1\r\n', 'http'],
  ['an absolute address behind blank lines', '\r\n\nPUT http://example.com/ HTTP/1.1\r\n', 'http'],
  ['HTTP 2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'http'],
  ['SIP', 'OPTIONS sip:nm SIP/2.0\r\n', 'other_protocol'],
  ['SSH', 'SSH-2.0-OpenSSH_9.2\r\n', 'other_protocol'],
  ['SMB', hex('00 00 00 85 ff 53 4d 42 72'), 'binary'],
  ['MongoDB', hex('3a 00 00 00 01 00 00 00'), 'binary'],
  ['a remote desktop', hex('03 00 00 13 0e e0'), 'binary'],
  ['the binary PROXY protocol', hex('0d0a0d0a000d0a515549540a 2111 000c'), 'binary'],
  ['UTF-16', Buffer.from('<13>one\n', 'utf16le'), 'binary'],
  ['an SNMP trap', hex('30 26 02 01 01 04 06 70 75 62 6c 69 63 a7 19 02 04'), 'binary'],
];

test.each(foreign)('%s is told from syslog', (_, bytes, what) => {
  expect(detectProtocol(Buffer.from(bytes as string), true)).toBe(what);
});

test.each([
  ['a message', '<13>one'],
  ['a counted message', '7 <13>one'],
  ['a wrong count, which is another fault', '00 <13>one'],
  ['text', 'hello there\n'],
  ['text in Latin-1', Buffer.from('größer\n', 'latin1')],
  ['text in another script', 'привет\n'],
  ['text about HTTP', 'web1 GET / HTTP/1.1 200\n'],
  ['text that begins with a method', 'DELETE /tmp/a done\n'],
  ['text with colours and tabs', '\u001b[31mred\u001b[0m\tand\n'],
  ['messages that end with NUL', 'hello\0there\0'],
  ['a message with control characters', '<13>a\u0001\u0002\u0003'],
  ['a PROXY line', 'PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n'],
  ['XML', '<?xml version="1.0"?>\n'],
  ['nothing', ''],
])('%s is syslog, or taken for it', (_, bytes) => {
  const content = Buffer.from(bytes as string);
  expect([detectProtocol(content, true), isBinary(content)]).toEqual(['syslog', false]);
});

test('a message without a priority is binary if it has control characters and is no UTF-8, or has many of them', () => {
  expect(isBinary(hex('68 69 01 ff fe 20 61 62 63 64 65 66 67 68 69 6a 6b'))).toBe(true);
  expect(isBinary(Buffer.from('a\u0001b'))).toBe(true);
  expect(isBinary(Buffer.from('the bell\u0007 rings in a long text'))).toBe(false);
});

/** What a reader makes of a stream that comes in these chunks. */
function read(chunks: readonly Buffer[]) {
  const reader = new StreamReader();
  const frames = chunks.flatMap((chunk) => reader.push(chunk));
  const messages = [...frames, ...reader.end(true)].map(({ bytes }) => bytes.toString('latin1'));
  return { messages, error: reader.error };
}

test('a stream is read the same, whatever the chunks are', () => {
  const beginnings = foreign.map(([, bytes]) => Buffer.from(bytes as string).subarray(0, 200));
  const part = fc.oneof(
    fc.constantFrom(...beginnings),
    fc
      .constantFrom('<13>one\n', '7 <13>two', '9 <13>three', 'GET ', '/ ', 'HTTP/1.1', '\r\n', '\0', 'x', 'word ')
      .map(Buffer.from),
    fc.uint8Array({ maxLength: 20 }).map(Buffer.from),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), fc.array(fc.integer({ min: 1, max: 70 })), (parts, cuts) => {
      const stream = Buffer.concat(parts as Buffer[]);
      const chunks: Buffer[] = [];
      let at = 0;
      for (const cut of cuts) {
        chunks.push(stream.subarray(at, at + cut));
        at += cut;
      }
      expect(read([...chunks, stream.subarray(at)])).toEqual(read([stream]));
    }),
    { numRuns: 2_000 },
  );
});
