import { Attached } from './attached.js';
import type { Context } from './context.js';

/** Who sent a request, as the HTTP layer sees it. */
export interface Client {
  /** The address that the request came from; null where it came by no network. */
  readonly ipAddress: string | null;
  /** The User-Agent header. */
  readonly name: string | null;
  /** The id of the session that the request's cookie names, whether there is such a session or not. */
  readonly sessionId: string | null;
  /** The cookie that this gateway gave to the browser at an earlier sign-in, or what somebody made up. */
  readonly deviceCookie: string | null;
  /** Puts a session's id into the cookie of the answer; null takes the cookie away. */
  setSession(id: string | null): void;
  /** Sets the cookie that the browser is known by at its next sign-in. */
  setDevice(cookie: string, lifetime: number): void;
  /** Says that the request takes long, so that short requests go first. */
  takesLong(): void;
  /** Lets other clients run between two parts of long work; rejects if the client has left. */
  nextPart(): Promise<void>;
}

const clients = new Attached<Client>();

export function attachClient(context: Context, client: Client): void {
  clients.set(context, client);
}

export function clientOf(context: Context): Client {
  const client = clients.get(context);
  if (!client) throw new Error('the request has no client');
  return client;
}

/** Lets other clients run between two parts of the long work of a request. */
export async function nextPart(context: Context): Promise<void> {
  await clients.get(context)?.nextPart();
}

/** Says that a request takes long; does nothing if it came by no server. */
export function requestTakesLong(context: Context): void {
  clients.get(context)?.takesLong();
}
