import { transaction } from '../../src/database/transaction.js';
import { commandLine } from '../../src/features/audits/activity-log.js';
import { assignRoles } from '../../src/features/roles/role.service.js';
import { preparePassword, setPassword } from '../../src/features/sign-in/password.service.js';
import type { UserAccountRecord } from '../../src/features/users/user-account.record.js';
import type { HttpAnswer, TestServer } from './test-server.js';

export const PASSWORD = 'correct horse battery staple';
export const SIGN_IN = `mutation ($userName: String!, $password: String!) {
  signIn(userName: $userName, password: $password) {
    viewer { kind userName fullName roles privileges }
    userErrors { field code message }
  }
}`;

export interface SignInAnswer {
  readonly viewer: { userName: string; [field: string]: unknown } | null;
  readonly userErrors: { field: string[] | null; code: string; message: string }[];
}

/** Makes a user account a sign-in, with roles of this gateway. */
export async function makeSignIn(
  server: TestServer,
  userName: string,
  roles: string[] = [],
  but: Partial<UserAccountRecord> = {},
): Promise<void> {
  await server.record({ sourceId: userName, userName, ...but });
  await assignRoles(server.db, commandLine, userName, roles);
  await changePassword(server, userName, PASSWORD);
}

export async function changePassword(server: TestServer, userName: string, password: string): Promise<void> {
  const prepared = await preparePassword(commandLine, userName, password);
  await transaction(server.db, (tx) => setPassword(tx, commandLine, prepared));
}

/** A browser's part: it keeps the cookies that it was given, and sends them with all that it asks. */
export class Browser {
  /** Of the session. */
  cookie: string | null = null;
  /** What the browser is known by at its next sign-in. */
  device: string | null = null;
  /** The whole of the last session cookie that came. */
  setCookie: string | null = null;
  /** The whole of the last device cookie that came. */
  setDevice: string | null = null;

  constructor(
    readonly server: TestServer,
    readonly headers: Record<string, string> = {},
  ) {}

  async ask(query: string, variables: object = {}, headers: Record<string, string> = {}): Promise<HttpAnswer> {
    const kept = [this.cookie, this.device].filter((one) => one !== null).join('; ');
    const cookie = kept === '' ? {} : { cookie: kept };
    const answer = await this.server.post({ query, variables }, { ...cookie, ...this.headers, ...headers });
    const set = answer.headers.getSetCookie();
    this.setCookie = set.find((one) => /^\S*_session=/.test(one)) ?? null;
    this.setDevice = set.find((one) => /^\S*_device=/.test(one)) ?? null;
    if (this.setCookie) this.cookie = /Max-Age=0/.test(this.setCookie) ? null : this.setCookie.split(';')[0]!;
    if (this.setDevice) this.device = this.setDevice.split(';')[0]!;
    return answer;
  }

  async signIn(userName: string, password = PASSWORD): Promise<SignInAnswer> {
    const { body } = await this.ask(SIGN_IN, { userName, password });
    if (!body.data) throw new Error(JSON.stringify(body));
    return body.data.signIn as SignInAnswer;
  }

  /** The code of the fault that a sign-in ends with; null where it succeeds. */
  async signInCode(userName: string, password = PASSWORD): Promise<string | null> {
    return (await this.signIn(userName, password)).userErrors[0]?.code ?? null;
  }

  /** Who this browser is signed in as. */
  async viewer(): Promise<string | null> {
    return (await this.ask('{ viewer { userName } }')).body.data?.viewer?.userName ?? null;
  }
}
