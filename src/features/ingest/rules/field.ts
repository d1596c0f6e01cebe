import { z } from 'zod';
import { DateTimeError } from '../../../lib/date-time.js';

/** Why a value is refused: goes on after the field's name, with a colon between if it begins with the value in quotes. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
}

/** A field that may be absent, null or of any type; `read` makes its value of it or throws FieldError. */
export function field<T>(read: (value: unknown) => T) {
  return z
    .unknown()
    .optional()
    .transform((value, context): T => {
      try {
        return read(value);
      } catch (error) {
        if (!(error instanceof FieldError || error instanceof DateTimeError)) throw error;
        context.issues.push({ code: 'custom', message: error.message, input: undefined });
        return z.NEVER;
      }
    });
}

/** Values that say that there is none. (PAM360's REST API; where a value is required they are texts like any other.) */
export function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '' || value === '-' || value === 'N/A';
}
