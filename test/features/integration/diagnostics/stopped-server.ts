import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { portRefusal } from '../../../../src/features/integration/diagnostics/ports.js';

const LISTEN =
  "require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () { console.log(this.address().port) })";

/** A server that stands still, with all the places taken in which the system lets connections wait for it. */
export class StoppedServer {
  private constructor(
    readonly portNumber: number,
    readonly process: ChildProcess,
    readonly waiting: readonly Socket[],
  ) {}

  static async start(): Promise<StoppedServer> {
    const child = spawn(process.execPath, ['-e', LISTEN], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const port = Number(line);
    if (portRefusal(port)) {
      child.kill('SIGKILL');
      return StoppedServer.start();
    }
    child.kill('SIGSTOP');
    const waiting = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => {}));
    await once(waiting[0]!, 'connect');
    return new StoppedServer(port, child, waiting);
  }

  end(): void {
    for (const socket of this.waiting) socket.destroy();
    this.process.kill('SIGKILL');
  }
}
