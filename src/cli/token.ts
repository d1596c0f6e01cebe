import { Command, Option } from 'commander';
import { commandLine } from '../features/audits/activity-log.js';
import { generateIngestToken, revokeIngestTokens } from '../features/ingest/ingest-token.service.js';
import {
  generateConnectorToken,
  revokeConnectorToken,
  revokeConnectorTokenById,
} from '../features/integration/connector-token.service.js';
import { IntegrationStatus } from '../features/integration/integration.js';
import { readIntegration } from '../features/integration/integration.queries.js';
import { readerOfToken } from '../features/integration/readers.js';
import { tokenHash } from '../lib/token.js';
import { withDatabase } from './database.js';
import { expiry } from './option-types.js';
import { seenBy, seenLines } from './seen.js';
import { readStandardInput } from './standard-input.js';
import { tokenLines } from './token-list.js';

interface GenerateOptions {
  kind: 'auth' | 'ingest';
  user?: string;
  name?: string;
  source?: string;
  expires?: string;
}

export function tokenCommand(): Command {
  const token = new Command('token').description(
    'auth tokens, which connectors read with, and ingest tokens, which push records',
  );
  token
    .command('generate')
    .description('make a token and print it, this once')
    .addOption(
      new Option('--kind <kind>', 'what it is for: to read, or to push').choices(['auth', 'ingest']).default('auth'),
    )
    .option('--user <name>', 'of an auth token: the user account whose view it has')
    .option('--name <name>', 'of an ingest token: what pushes with it')
    .option(
      '--source <name>',
      'of an ingest token: the one source that it pushes for, or any if it is left out; of an auth token: the source of the user account, if several sources have the name',
    )
    .option('--expires <time>', 'when it is refused from, as in 90d; never if it is left out', expiry)
    .action(async (options: GenerateOptions) => {
      console.log(options.kind === 'ingest' ? await generateIngest(options) : await generateAuth(options));
    });
  token
    .command('revoke')
    .description('revoke the token that standard input says, the one of an id, or the ingest tokens of a name')
    .option('--name <name>', 'of ingest tokens: nothing is read from standard input')
    .option('--id <id>', 'as token list shows it, as in auth-7 or ingest-3: nothing is read from standard input')
    .action(async ({ name, id }: { name?: string; id?: string }) => {
      if (id !== undefined) return revokeById(id);
      if (name !== undefined) return revokeNamed(name);
      const revoked = await withDatabase(async (db) => {
        const given = await readStandardInput();
        if (!given.startsWith('pai_')) return revokeConnectorToken(db, given);
        return (await revokeIngestTokens(db, commandLine, 'hash', tokenHash(given))) > 0;
      });
      if (!revoked) throw new Error('no token in effect is like this one');
      console.log('revoked');
    });
  token
    .command('list')
    .description('show the tokens that were not revoked: whose they are, who made them, when they were used and end')
    .action(async () => {
      for (const line of await withDatabase(tokenLines)) console.log(line);
    });
  return token;
}

async function generateAuth({ user, name, source, expires }: GenerateOptions): Promise<string> {
  if (user === undefined) throw new Error('--user: say whose view the token has');
  if (name !== undefined) throw new Error('--name is for --kind ingest');
  const { token, integration, seen } = await withDatabase(async (db, config) => {
    const token = await generateConnectorToken(db, user, source ?? null, expires ?? null);
    const integration = await readIntegration(db);
    const made = integration.tokens.find(({ hint }) => token.startsWith(hint));
    return { token, integration, seen: made ? await seenBy(db, config, readerOfToken(made)) : [] };
  });
  for (const line of seenLines(seen)) console.error(`${user} sees ${line}`);
  if (integration.status === IntegrationStatus.DISABLED) {
    console.error('the integration is disabled: until it is enabled, every auth token is refused');
  }
  console.error('the next save of the integration revokes this token, as it does all that are in effect');
  return token;
}

async function generateIngest({ user, name, source, expires }: GenerateOptions): Promise<string> {
  if (name === undefined) throw new Error('--name: say what pushes with the token, as in --name vault-1');
  if (user !== undefined) throw new Error('--user is for --kind auth: an ingest token reads nothing');
  const { token } = await withDatabase((db) =>
    generateIngestToken(db, commandLine, { name, source: source ?? null, expiresAt: expires ?? null }),
  );
  return token;
}

async function revokeNamed(name: string): Promise<void> {
  const count = await withDatabase((db) => revokeIngestTokens(db, commandLine, 'name', name));
  if (count === 0) throw new Error(`no ingest token in effect is called ${JSON.stringify(name)}`);
  console.log(count === 1 ? 'revoked' : `revoked ${count} tokens`);
}

async function revokeById(id: string): Promise<void> {
  const [, kind, number] = /^(auth|ingest)-(\d{1,15})$/.exec(id) ?? [];
  if (kind === undefined) throw new Error('--id: write it as token list shows it, as in auth-7 or ingest-3');
  const revoked = await withDatabase(async (db) =>
    kind === 'auth'
      ? revokeConnectorTokenById(db, commandLine, Number(number))
      : (await revokeIngestTokens(db, commandLine, 'id', Number(number))) > 0,
  );
  if (!revoked) throw new Error(`there is no token ${id} to be revoked: token list shows those that there are`);
  console.log('revoked');
}
