import { InvalidArgumentError } from 'commander';

/** Reads an option that is a whole number from `least` on. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`it must be a whole number from ${least} on.`);
    }
    return value;
  };
}

/** Reads how long something lasts from now, as in 90d or 12h, or a day such as 2027-01-31; the time at which it ends. */
export function expiry(text: string): string {
  const [, number, unit] = /^(\d{1,5})([dh])$/.exec(text) ?? [];
  const end = unit ? Date.now() + Number(number) * (unit === 'd' ? 86_400_000 : 3_600_000) : Date.parse(text);
  if (!(unit || /^\d{4}-\d\d-\d\d(T.*)?$/.test(text)) || Number.isNaN(end)) {
    throw new InvalidArgumentError('write a number of days or hours such as 90d or 12h, or a day such as 2027-01-31.');
  }
  return new Date(end).toISOString();
}
