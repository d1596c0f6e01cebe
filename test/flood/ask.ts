import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** What came of one request; `milliseconds` from before it was sent until its answer was whole. */
export interface Asked {
  readonly milliseconds: number;
  readonly status: number;
  /** The code of the fault in the answer, of the operation or of the mutation; OK where there is none. */
  readonly code: string;
}

/** Somebody at an address of the loopback, with connections that stay open. */
export class Client {
  readonly #agent: Agent;

  constructor(
    readonly port: number,
    address: string,
    connections: number,
  ) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections, localAddress: address });
  }

  async ask(body: object, headers: Record<string, string> = {}): Promise<Asked> {
    const content = JSON.stringify(body);
    const began = performance.now();
    const { status, answer } = await new Promise<{ status: number; answer: string }>((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port: this.port,
          path: '/graphql',
          method: 'POST',
          agent: this.#agent,
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content), ...headers },
        },
        (answer) => {
          const { statusCode: status = 0 } = answer;
          text(answer).then((answer) => resolve({ status, answer }), reject);
        },
      );
      sent.once('error', reject);
      sent.end(content);
    });
    return { milliseconds: performance.now() - began, status, code: /"code":"(\w+)"/.exec(answer)?.[1] ?? 'OK' };
  }

  signIn(userName: string, password: string): Promise<Asked> {
    const query = `mutation ($userName: String!, $password: String!) {
      signIn(userName: $userName, password: $password) { userErrors { code } } }`;
    return this.ask({ query, variables: { userName, password } });
  }

  page(token: string): Promise<Asked> {
    const query = '{ audits(first: 100) { nodes { id occurredAt operation operatedBy } } }';
    return this.ask({ query }, { authorization: `Bearer ${token}` });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Asks again and again, so often a second whatever the answers take, for so many seconds; all that was answered. */
export async function keepAsking(
  perSecond: number,
  seconds: number,
  ask: (number: number) => Promise<Asked>,
): Promise<Asked[]> {
  const asked: Promise<Asked>[] = [];
  const began = performance.now();
  while (asked.length < perSecond * seconds) {
    const due = Math.min((performance.now() - began) / 1_000, seconds) * perSecond;
    while (asked.length < due) asked.push(ask(asked.length));
    await new Promise((resolve) => setTimeout(resolve, Math.min(5, 1_000 / perSecond)));
  }
  return Promise.all(asked);
}
