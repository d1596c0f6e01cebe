/** What was tried, and how it went. */
export interface Check {
  name: string;
  passed: boolean;
  detail: string;
}
