/** The codes of operations that are refused for what they ask for, or for how much was asked for before. */
export const limitCodes = [
  'DOCUMENT_TOO_LARGE',
  'TOO_MANY_TOKENS',
  'TOO_MANY_FIELDS',
  'TOO_MANY_ROOT_FIELDS',
  'TOO_MANY_ALIASES',
  'TOO_MANY_DIRECTIVES',
  'TOO_MANY_FRAGMENTS',
  'TOO_MANY_OPERATIONS',
  'TOO_MANY_COMPARISONS',
  'VARIABLES_TOO_DEEP',
  'VARIABLES_TOO_LARGE',
  'COST_TOO_HIGH',
  'RATE_LIMITED',
] as const;

export type LimitCode = (typeof limitCodes)[number];
