import { Agent, type IncomingMessage, request } from 'node:http';

const agent = new Agent({ keepAlive: true });

/** @throws Error where the answer is not 200 */
export function get(port: number, path: string, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, headers, agent }, (answer) => {
      if (answer.statusCode === 200) resolve(answer);
      else reject(new Error(`${path} was answered with ${answer.statusCode}`));
    });
    asked.once('error', reject).end();
  });
}
