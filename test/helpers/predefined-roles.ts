/** The names of PAM360's predefined roles, and of the one for the integration, in their order. */
export const predefinedRoles = [
  'Privileged Administrator',
  'Administrator',
  'Password Administrator',
  'Cloud Administrator',
  'Password Auditor',
  'Password User',
  'Connection User',
  'ManageEngine Integration',
];
