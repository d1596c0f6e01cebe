/** "PAM360: Analytics Plus build 4301 and later" (its help, "Integrating PAM360 with ManageEngine Analytics Plus"). */
export const MINIMUM_ANALYTICS_PLUS_BUILD = 4301;
