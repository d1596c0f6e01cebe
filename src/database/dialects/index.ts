import type { Engine } from './engine.js';
import { mysqlEngine } from './mysql/mysql.js';
import { sqliteEngine } from './sqlite.js';

/**
 * The engine that a DATABASE_URL names.
 * @throws Error where the URL is none of those that can be opened
 */
export function engineOf(url: string): Engine {
  if (url.startsWith('sqlite:')) return sqliteEngine(url.slice('sqlite:'.length));
  if (/^(mysql|mariadb):\/\//.test(url)) return mysqlEngine(new URL(url.replace(/^mariadb:/, 'mysql:')));
  throw new Error('DATABASE_URL must begin with sqlite: or mysql://, as in sqlite:./data/gateway.db');
}
