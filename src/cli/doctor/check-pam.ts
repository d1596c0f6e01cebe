import type { Config } from '../../config.js';
import { auditTypesOf } from '../../sources/pam360/audit-types.js';
import { PamApi } from '../../sources/pam360/pam-api.js';
import { describeError } from '../describe-error.js';
import type { Check } from './check.js';

/** Asks the server that `pull` reads for one row of each kind; nothing where none is set. */
export async function checkPam(config: Config): Promise<Check[]> {
  const { pam } = config;
  if (!pam) return [];
  let api: PamApi;
  try {
    auditTypesOf(config);
    // Somebody waits: what may pass is tried again at once.
    api = await PamApi.open(pam, AbortSignal.timeout(60_000), { pause: 100 });
  } catch (error) {
    return [{ name: 'pull', passed: false, detail: describeError(error) }];
  }
  try {
    const resources = await check('pull: resources', async () => {
      const { total } = await api.resources(1, 1);
      return total === undefined ? 'they are answered' : `${total} are seen by the user of the token`;
    });
    if (pam.scimUrl === undefined) return [resources];
    const users = await check('pull: user accounts', async () => `${(await api.users(1, 1)).total} are listed by SCIM`);
    return [resources, users];
  } finally {
    await api.close();
  }
}

async function check(name: string, work: () => Promise<string>): Promise<Check> {
  try {
    return { name, passed: true, detail: await work() };
  } catch (error) {
    return { name, passed: false, detail: describeError(error) };
  }
}
