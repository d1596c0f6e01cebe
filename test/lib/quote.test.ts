import { expect, test } from 'vitest';
import { quote } from '../../src/lib/quote.js';

test('a quoted text shows invisible characters by their codes', () => {
  expect(quote('ann\u200b\n\u{e0001}é')).toBe('"ann\\u200b\\n\\u{e0001}é"');
});
