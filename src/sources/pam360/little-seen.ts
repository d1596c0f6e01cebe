import { pluralize } from '../../lib/pluralize.js';
import type { PullRun } from './pull-run.js';

const nothing: Record<PullRun['module'], string> = {
  RESOURCES:
    'the server lists 0 resources for the user of PAM_AUTHTOKEN: it lists what this user owns or was given. Take the token of a user who sees all resources, or share resources with this one',
  USER_ACCOUNTS:
    'the server lists 0 user accounts: PAM_SCIM_URL may be that of another organisation, or the user of PAM_AUTHTOKEN may lack the role that reads users',
  AUDITS:
    'the server lists 0 audits of today and yesterday: there were none, or the user of PAM_AUTHTOKEN lacks the role that reads audits',
};

/** Says why it may be that the server listed nothing, or resources without any of their `accounts`. */
export function tellLittleSeen({ tell, module, counts: { rowsRead } }: PullRun, accounts = 1): void {
  if (rowsRead === 0) tell('NOTE', nothing[module]);
  else if (accounts === 0) {
    tell(
      'NOTE',
      `the server lists ${pluralize(rowsRead, 'resource')} with 0 accounts: they have none, or the user of PAM_AUTHTOKEN was given none`,
    );
  }
}
