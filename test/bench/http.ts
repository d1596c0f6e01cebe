/** What is asked of a server. */
export interface Request {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A POST of JSON where it is given. */
  readonly body?: object;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export async function send(port: number, { path, headers = {}, body }: Request): Promise<Answer> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text() };
}

/** A request as its bytes go over a connection that stays open. */
export function wireText({ path, headers = {}, body }: Request): string {
  const content = body ? JSON.stringify(body) : '';
  const length = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(content)) };
  const all = { host: '127.0.0.1', ...headers, ...(body && length) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${body ? 'POST' : 'GET'} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${content}`;
}
