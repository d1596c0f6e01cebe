/** Texts that JSON, SQL or a careless reader of either takes for something else. */
export const hostileTexts: readonly string[] = [
  'plain',
  '',
  '"',
  '\\',
  'a"b\\"c\\\\',
  "it's; DROP TABLE audits --",
  Array.from({ length: 0x20 }, (_, code) => `${code}${String.fromCharCode(code)}`).join(''),
  '\u0000',
  '\u007f\u0080\u009f',
  '\u001f\\u001F\\\\u001f\\',
  '\\u001F\\n\\"',
  '\b\f\n\r\t\v/</script>',
  '\u2028\u2029\ufeff\ufffe\uffff',
  '😀👩‍👩‍👧 Z̷͂a e\u0301 مرحبا',
  'lone \ud800 and \udc00 and \udbff',
  '\udfff',
  'null',
  'true',
  '0',
  '-1e400',
  '007',
  '{"json":null}',
  '[',
  '","id":"1","x":"',
  '__proto__',
  '%s %00 $1 $& ? :x',
  'f81d4fae-7dec-4d0b-a765-00a0c91e6bf6',
  ' two  blanks ',
];

/** As long as a column takes, and six times as long in JSON. */
export const LONG = '\u0001\u001f'.repeat(8_000);
