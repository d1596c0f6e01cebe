import { Command, Option } from 'commander';
import { commandLine } from '../features/audits/own-audits.js';
import { generateIngestToken, revokeIngestTokens } from '../features/ingest/ingest-token.service.js';
import { generateConnectorToken, revokeConnectorToken } from '../features/integration/connector-token.service.js';
import { IntegrationStatus } from '../features/integration/integration.js';
import { readIntegration } from '../features/integration/integration.queries.js';
import { withheldFrom } from '../features/integration/mapped-user.js';
import { tokenHash } from '../lib/token.js';
import { withDatabase } from './database.js';
import { readStandardInput } from './standard-input.js';

interface GenerateOptions {
  kind: 'auth' | 'ingest';
  user?: string;
  name?: string;
  source?: string;
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
    .action(async (options: GenerateOptions) => {
      console.log(options.kind === 'ingest' ? await generateIngest(options) : await generateAuth(options));
    });
  token
    .command('revoke')
    .description('revoke the token that standard input says, or the ingest tokens of a name')
    .option('--name <name>', 'of ingest tokens: nothing is read from standard input')
    .action(async ({ name }: { name?: string }) => {
      if (name !== undefined) return revokeNamed(name);
      const revoked = await withDatabase(async (db) => {
        const given = await readStandardInput();
        if (!given.startsWith('pai_')) return revokeConnectorToken(db, given);
        return (await revokeIngestTokens(db, commandLine, 'hash', tokenHash(given))) > 0;
      });
      if (!revoked) throw new Error('no token in effect is like this one');
      console.log('revoked');
    });
  return token;
}

async function generateAuth({ user, name, source }: GenerateOptions): Promise<string> {
  if (user === undefined) throw new Error('--user: say whose view the token has');
  if (name !== undefined) throw new Error('--name is for --kind ingest');
  const { token, integration } = await withDatabase(async (db) => ({
    token: await generateConnectorToken(db, user, source ?? null),
    integration: await readIntegration(db),
  }));
  if (integration.status === IntegrationStatus.DISABLED) {
    console.error('the integration is disabled: until it is enabled, every auth token is refused');
  }
  const made = integration.tokens.find(({ hint }) => token.startsWith(hint));
  const withheld = made && withheldFrom(made);
  if (withheld) console.error(withheld);
  console.error('the next save of the integration revokes this token, as it does all that are in effect');
  return token;
}

async function generateIngest({ user, name, source }: GenerateOptions): Promise<string> {
  if (name === undefined) throw new Error('--name: say what pushes with the token, as in --name vault-1');
  if (user !== undefined) throw new Error('--user is for --kind auth: an ingest token reads nothing');
  const { token } = await withDatabase((db) => generateIngestToken(db, commandLine, { name, source: source ?? null }));
  return token;
}

async function revokeNamed(name: string): Promise<void> {
  const count = await withDatabase((db) => revokeIngestTokens(db, commandLine, 'name', name));
  if (count === 0) throw new Error(`no ingest token in effect is called ${JSON.stringify(name)}`);
  console.log(count === 1 ? 'revoked' : `revoked ${count} tokens`);
}
