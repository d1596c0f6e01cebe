/** What was tried, and how it went. */
export interface Check {
  name: string;
  passed: boolean;
  detail: string;
  /** Whether it passed with something that an operator should look at. */
  isWarning?: boolean;
}
