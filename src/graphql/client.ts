import { Attached } from './attached.js';
import type { Context } from './context.js';

/** Who sent a request, as the front door sees it. */
export interface Client {
  /** The address that the request came from; null where it came by no network. */
  readonly ipAddress: string | null;
  /** The id of the session that the request's cookie names, whether there is such a session or not. */
  readonly sessionId: string | null;
  /** Puts a session's id into the cookie of the answer; null takes the cookie away. */
  setSession(id: string | null): void;
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
