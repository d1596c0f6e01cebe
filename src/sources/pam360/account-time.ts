import { DateTimeError } from '../../lib/date-time.js';
import { quote } from '../../lib/quote.js';
import { parseSourceTime } from '../../lib/source-time.js';
import type { TimeZone } from '../../lib/time-zone.js';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** As in "Mar 13, 2024 08:50 PM". Newer versions of Java write a comma behind the year and a narrow space before PM. */
const ACCOUNT_TIME = /^([A-Za-z]{3})[a-z]*\.? (\d{1,2}), (\d{4}),? (\d{1,2}):(\d\d)(?::(\d\d))? ([AP])M$/i;

/** The UTC of a time of an account, which is written without its zone; null for what stands for no time. @throws DateTimeError */
export function parseAccountTime(text: string, zone: TimeZone): string | null {
  const plain = text.replace(/\s+/gu, ' ').trim();
  const parts = ACCOUNT_TIME.exec(plain);
  if (!parts) return parseSourceTime(plain, zone);
  const [, month = '', day = '', year, hour, minute, second = '00', half = ''] = parts;
  const number = MONTHS.indexOf(month.toLowerCase()) + 1;
  const twelve = Number(hour);
  if (number === 0 || twelve < 1 || twelve > 12) throw new DateTimeError(`${quote(text)} is not a time`);
  const hours = (twelve % 12) + (half.toUpperCase() === 'P' ? 12 : 0);
  const date = `${year}-${twoDigits(number)}-${day.padStart(2, '0')}`;
  return parseSourceTime(`${date} ${twoDigits(hours)}:${minute}:${second}`, zone);
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
