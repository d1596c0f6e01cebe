import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';

export const TOKEN = 'B698EF92-BC28-44F2-8F59-3CE9BC26C03E';

/** What the server does with one request instead of answering it. */
export type Failure = (request: IncomingMessage, response: ServerResponse, answer: string) => void;

export type Upstream = Record<string, unknown>;

export interface Call {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
}

const tls = (name: string) => new URL(`../../features/integration/diagnostics/tls/${name}.pem`, import.meta.url);

/** The certificate of the authority that the server's comes from. */
export const AUTHORITY = tls('authority').pathname;

/** A PAM360 server over real HTTPS, from arrays, that answers as it is documented. Changes and faults come between its answers. */
export class StandInPam {
  /** As the list of resources and the answer of /resources/<id>/accounts say it, together. */
  resources: Upstream[] = [];
  /** As /resources/<id>/accounts/<id> says it, by the account's id. */
  accounts = new Map<string, Upstream>();
  /** By AUDITTYPE and DURATION, newest first. */
  audits: Record<string, { TODAY?: Upstream[]; YESTERDAY?: Upstream[] }> = {};
  /** As SCIM says them. */
  users: Upstream[] = [];
  /** Rows that a page has at most, whatever is asked for. */
  cap = 1_000;
  token = TOKEN;
  /** Runs as each request comes in; a fault that it returns is what the server does. */
  onCall: (call: Call) => Failure | undefined = () => undefined;
  calls: Call[] = [];
  readonly #server: Server;

  constructor(certificate = 'good') {
    const options = { key: readFileSync(tls('key')), cert: readFileSync(tls(certificate)) };
    this.#server = createServer(options, (request, response) => this.#serve(request, response));
    this.#server.on('tlsClientError', (_, socket: TLSSocket) => socket.destroy());
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get url(): string {
    return `https://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The settings that make the gateway pull from here. */
  get settings(): Record<string, string> {
    return {
      PAM_URL: this.url,
      PAM_AUTHTOKEN: TOKEN,
      PAM_CA_FILE: AUTHORITY,
      PAM_SCIM_URL: `${this.url}/scim/v2`,
      PAM_AUDIT_TYPES: 'Resource,User',
    };
  }

  /** The calls of a path, in their order. */
  callsOf(path: RegExp): Call[] {
    return this.calls.filter((call) => path.test(call.path));
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url!, this.url);
    const call = { path: url.pathname, query: url.searchParams, headers: request.headers };
    this.calls.push(call);
    const error = this.onCall(call);
    const answer = JSON.stringify(this.#answer(call));
    response.setHeader('content-type', 'application/json');
    if (error) error(request, response, answer);
    else response.end(answer);
  }

  #answer({ path, query, headers }: Call): unknown {
    const isScim = path === '/scim/v2/Users';
    if (headers.authtoken !== this.token && !(isScim && headers.authorization === `Bearer ${this.token}`)) {
      return failed('API key received is not associated to any user. Authentication failed.');
    }
    if (isScim) return this.#scim(query);
    const [, resource, account] = /^\/restapi\/json\/v1\/resources\/([^/]+)\/accounts(?:\/([^/]+))?$/.exec(path) ?? [];
    if (path === '/restapi/json/v1/resources') return this.#list('GET RESOURCES', this.resources.map(listed), query);
    if (path === '/restapi/json/v1/audit') {
      const windows = this.audits[query.get('AUDITTYPE')!] ?? {};
      return this.#list('GET AUDIT', windows[query.get('DURATION') as 'TODAY'] ?? [], query);
    }
    const found = this.resources.find((row) => row['RESOURCE ID'] === resource);
    if (!found) return failed('Resource does not exist.');
    if (account === undefined) return succeeded('GET RESOURCE ACCOUNTLIST', found);
    const details = this.accounts.get(account);
    return details ? succeeded('GET RESOURCE ACCOUNT DETAILS', details) : failed('Account does not exist.');
  }

  #list(name: string, rows: readonly Upstream[], query: URLSearchParams): unknown {
    const start = Number(query.get('STARTINDEX') ?? 1) - 1;
    const limit = Math.min(this.cap, Number(query.get('LIMIT') ?? 25));
    return succeeded(name, rows.slice(start, start + limit), rows.length);
  }

  #scim(query: URLSearchParams): unknown {
    const start = Number(query.get('startIndex') ?? 1);
    const count = Math.min(this.cap, Number(query.get('count') ?? 25));
    const page = this.users.slice(start - 1, start - 1 + count);
    return {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: this.users.length,
      startIndex: start,
      itemsPerPage: page.length,
      Resources: page,
    };
  }
}

export function failed(message: string): unknown {
  return { operation: { name: 'GET', result: { status: 'Failed', message } } };
}

function succeeded(name: string, details: unknown, totalRows?: number): unknown {
  const result = { status: 'Success', message: 'Details fetched successfully' };
  return { operation: { name, result, ...(totalRows !== undefined && { totalRows }), Details: details } };
}

/** What the list says of a resource. */
function listed(row: Upstream): Upstream {
  const keys = ['RESOURCE ID', 'RESOURCE NAME', 'RESOURCE DESCRIPTION', 'RESOURCE TYPE', 'NOOFACCOUNTS'];
  return Object.fromEntries(keys.map((key) => [key, row[key]]));
}

/** A resource with one account, whose id is ten times its own. */
export function anUpstreamResource(pam: StandInPam, id: number, but: Upstream = {}): Upstream {
  const account = String(id * 10);
  pam.accounts.set(account, {
    DESCRIPTION: 'N/A',
    PASSWDID: account,
    'LAST MODIFIED TIME': 'Mar 13, 2024 08:50 PM',
    'LAST ACCESSED TIME': 'Mar 14, 2024 07:00 AM',
    'EXPIRY STATUS': 'Valid',
    'COMPLIANT STATUS': 'Compliant',
    'COMPLIANT REASON': '-',
    'PASSWORD POLICY': 'Strong',
    'PASSWORD STATUS': '****',
  });
  return {
    'RESOURCE ID': String(id),
    'RESOURCE NAME': `server ${id}`,
    'RESOURCE DESCRIPTION': '',
    'RESOURCE TYPE': 'Linux',
    NOOFACCOUNTS: '1',
    'DNS NAME': `server${id}.example`,
    'DOMAIN NAME': 'N/A',
    DEPARTMENT: 'IT',
    LOCATION: '-',
    'RESOURCE URL': '',
    'RESOURCE OWNER': 'admin',
    'RESOURCE PASSWORD POLICY': 'Strong',
    'CUSTOM FIELD': [],
    'ACCOUNT LIST': [
      {
        'ACCOUNT ID': account,
        'ACCOUNT NAME': 'root',
        PASSWDID: account,
        'PASSWORD STATUS': '****',
        ISFAVPASS: 'false',
      },
    ],
    ...but,
  };
}

/** An audit as a live server sent it. */
export function anUpstreamAudit(id: number, but: Upstream = {}): Upstream {
  return {
    'Audit ID': String(id),
    'Operation Type': 'Password Retrieved',
    'Operated by': 'admin',
    TIME: String(1_710_222_344_835 + id),
    'Time Stamp': 'N/A',
    'IP Address': 'localhost',
    'Client Type': 'Web Client',
    Reason: 'N/A',
    'Resource Name': 'server 1',
    'Resource ID': '1',
    'User Account': 'root',
    'User Account ID': '10',
    'User Name': 'N/A',
    "User's Full Name": 'N/A',
    'Ticket ID': '',
    ...but,
  };
}

export function anUpstreamUser(id: number, but: Upstream = {}): Upstream {
  return {
    id: String(id),
    userName: `user${id}`,
    name: { givenName: 'Ann', familyName: `Cole ${id}` },
    emails: [{ value: `user${id}@example.com`, primary: 'true' }],
    roles: [{ value: 'Password User' }],
    active: 'true',
    ...but,
  };
}
