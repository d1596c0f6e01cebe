/** The three data modules, by the names that the schema gives them. */
export enum Module {
  RESOURCES = 'RESOURCES',
  USER_ACCOUNTS = 'USER_ACCOUNTS',
  AUDITS = 'AUDITS',
}

/**
 * What became of one record that was handed to a module's write path. `conflict` has the names of the fields in which it
 * differs from the record that is stored under its id and that never changes.
 */
export type RecordOutcome =
  | 'ADDED'
  | 'CHANGED'
  | 'UNCHANGED'
  | 'DELETED'
  | { readonly refused: string }
  | { readonly conflict: readonly string[] };
