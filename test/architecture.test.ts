import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

/** From the ground up: a file imports from its own floor and from those below. Features stand on those before them. */
const floors = [
  'lib',
  'config',
  'database',
  'graphql',
  'features/users',
  'features/resources',
  'features/audits',
  'features/roles',
  'features/sign-in',
  'features/ingest',
  'features/analytics',
  'features/alerts',
  'features/integration',
  'features/index',
  'schema',
  'sources',
  'server',
  'cli',
  'main',
];

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !file.startsWith('console/'))
  .map((file) => file.replaceAll('\\', '/'));

const textOf = new Map(files.map((file) => [file, readFileSync(join('src', file), 'utf8')]));

/** What each file imports of `src`, types included. */
const importsOf = new Map(files.map((file) => [file, importedFiles(file)]));

describe('the house', () => {
  test('every file stands on a floor', () => {
    expect(files.filter((file) => floorOf(file) < 0)).toEqual([]);
  });

  test('imports run down the floors, one way', () => {
    const upward = edges().filter(([from, to]) => floorOf(to) > floorOf(from));
    expect(upward.map((edge) => edge.join(' -> '))).toEqual([]);
  });

  test('no file imports itself in a circle', () => {
    expect(findCircle()).toEqual([]);
  });

  test('lib and config know no GraphQL and no SQL', () => {
    const known = /from '(graphql|type-graphql|@apollo\/|sql-template-tag|typeorm|mysql2|better-sqlite3)/;
    const knowing = files.filter((file) => /^(lib\/|config\.ts)/.test(file) && known.test(textOf.get(file)!));
    expect(knowing).toEqual([]);
  });

  test("an engine's driver is imported only in database/dialects", () => {
    const driver = /from '(mysql2|better-sqlite3)/;
    expect(outsideDialects().filter((file) => driver.test(textOf.get(file)!))).toEqual([]);
  });

  test("an engine's name stands only in database/dialects, where code decides by it", () => {
    const name = /\b(mysql|mariadb|sqlite|innodb)\b/i;
    const naming = outsideDialects().filter((file) => name.test(codeOf(file)));
    expect(naming).toEqual([]);
  });

  test('the environment is read only by config.ts', () => {
    const reading = files.filter((file) => /process\.env\b(?!\))/.test(codeOf(file)));
    expect(reading).toEqual([]);
  });

  test('user accounts are changed only where it is recorded', () => {
    const changing = files.filter((file) => /\b(store|drop)UserAccounts\b/.test(codeOf(file)));
    expect(changing).toEqual(['features/audits/user-account.service.ts', 'features/resources/access-grant.service.ts']);
  });

  test('no file has more than 300 lines', () => {
    expect(files.filter((file) => textOf.get(file)!.split('\n').length > 301)).toEqual([]);
  });
});

function outsideDialects(): string[] {
  return files.filter((file) => !file.startsWith('database/dialects/'));
}

/** A file without comments and without what it says to people: the texts of settings, commands, demo data and names of file formats. */
function codeOf(file: string): string {
  const code = textOf.get(file)!.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  return /^(config\.ts|cli\/|sources\/demo\/|sources\/files\/file-kind)/.test(file)
    ? code.replace(/(['`])(?:\\.|(?!\1)[\s\S])*?\1/g, "''")
    : code;
}

function floorOf(file: string): number {
  return floors.findIndex((floor) => file.startsWith(`${floor}/`) || file.replace(/\.tsx?$/, '') === floor);
}

function importedFiles(file: string): string[] {
  const paths = [...textOf.get(file)!.matchAll(/(?:from|import\() ?'(\.[^']+)'/g)].map(([, path]) => path!);
  return paths.map((path) => normalize(join(dirname(file), path)).replace(/\.js$/, '.ts'));
}

function edges(): [string, string][] {
  return [...importsOf].flatMap(([from, imported]) => imported.map((to): [string, string] => [from, to]));
}

/** The files of one circle of imports, or none. Types that two files know of each other are no circle at run time. */
function findCircle(): string[] {
  const runtime = (file: string): string[] => {
    const types = [...textOf.get(file)!.matchAll(/import type [^;]*? from '(\.[^']+)'/g)].map(([, path]) => path!);
    const typeFiles = types.map((path) => normalize(join(dirname(file), path)).replace(/\.js$/, '.ts'));
    return importsOf.get(file)!.filter((to) => !typeFiles.includes(to));
  };
  const done = new Set<string>();
  const visit = (file: string, path: string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const next of runtime(file)) {
      const circle = visit(next, [...path, file]);
      if (circle.length > 0) return circle;
    }
    done.add(file);
    return [];
  };
  return files.map((file) => visit(file, [])).find((circle) => circle.length > 0) ?? [];
}
