import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { Child } from '../bench/child.js';
import { type Database, World } from '../bench/world.js';

export interface Person {
  readonly name: string;
  readonly password: string;
}

/** A gateway that serves a database with demo data, and people who can sign in. */
export class FloodedWorld {
  private constructor(
    readonly world: World,
    readonly database: Database,
    readonly gateway: Child,
    readonly people: readonly Person[],
  ) {}

  static async start(people: number): Promise<FloodedWorld> {
    const world = await World.start(20_000);
    const database = await world.fill(20_000);
    const made = Array.from({ length: people }, (_, number) => makePerson(database.url, `person ${number}`));
    const main = resolve('dist/main.js');
    const gateway = await Child.start([main, 'serve'], { DATABASE_URL: database.url });
    await gateway.answers({ path: '/health/ready' });
    return new FloodedWorld(world, database, gateway, made);
  }

  /** A number that the database knows. */
  async count(statement: string): Promise<number> {
    const name = new URL(this.database.url).pathname.slice(1);
    const [row] = await this.world.query<{ n: number | string | null }>(statement.replaceAll('{db}', name));
    return Number(row?.n ?? 0);
  }

  async stop(): Promise<void> {
    await this.gateway.stop();
    await this.world.server.stop();
  }
}

function makePerson(url: string, name: string): Person {
  const password = randomBytes(12).toString('base64url');
  const args = ['user', 'create', name, '--roles', 'Administrator', '--scope', 'ALL', '--password-stdin'];
  const env = { PATH: process.env.PATH, DATABASE_URL: url };
  execFileSync(process.execPath, [resolve('dist/main.js'), ...args], { cwd: tmpdir(), env, input: password });
  return { name, password };
}
