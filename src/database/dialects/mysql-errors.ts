/** The server's error numbers that the program knows by name. */
export const Errors = {
  DUP_ENTRY: 1062,
  LOCK_WAIT_TIMEOUT: 1205,
  LOCK_DEADLOCK: 1213,
} as const;
