import { isUtf8 } from 'node:buffer';
import { isTrailer } from './frame-splitter.js';

const BLANK = /^[ \t\r\n\0]*$/;

/**
 * The text of a message without the CR, LF and NUL around it; undefined where there is nothing but blanks. What is not
 * UTF-8 is read as Latin-1, in which every byte is a character, so that nothing is lost.
 */
export function messageText(bytes: Buffer): string | undefined {
  let start = 0;
  let end = bytes.length;
  while (start < end && isTrailer(bytes[start]!)) start++;
  while (end > start && isTrailer(bytes[end - 1]!)) end--;
  const content = bytes.subarray(start, end);
  const text = isUtf8(content) ? content.toString('utf8') : content.toString('latin1');
  return BLANK.test(text) ? undefined : text;
}

/** The same without what is left of a character that was cut in its middle. */
export function cutMessageText(bytes: Buffer): string | undefined {
  for (let end = bytes.length; end > bytes.length - 4 && end > 0; end--) {
    if (isUtf8(bytes.subarray(0, end))) return messageText(bytes.subarray(0, end));
  }
  return messageText(bytes);
}
