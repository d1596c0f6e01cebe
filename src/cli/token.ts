import { Command } from 'commander';
import { generateConnectorToken, revokeConnectorToken } from '../features/integration/connector-token.service.js';
import { IntegrationStatus } from '../features/integration/integration.js';
import { readIntegration } from '../features/integration/integration.queries.js';
import { withDatabase } from './database.js';
import { readStandardInput } from './standard-input.js';

export function tokenCommand(): Command {
  const token = new Command('token').description("a connector's auth token");
  token
    .command('generate')
    .description('make a token and print it, this once')
    .requiredOption('--user <name>', 'the user account whose view the token has')
    .action(async ({ user }: { user: string }) => {
      const { token, isDisabled } = await withDatabase(async (db) => ({
        token: await generateConnectorToken(db, user),
        isDisabled: (await readIntegration(db)).status === IntegrationStatus.DISABLED,
      }));
      if (isDisabled) console.error('the integration is disabled: until it is enabled, every token is refused');
      console.log(token);
    });
  token
    .command('revoke')
    .description('revoke the token that standard input says')
    .action(async () => {
      const revoked = await withDatabase(async (db) => revokeConnectorToken(db, await readStandardInput()));
      if (!revoked) throw new Error('no token in effect is like this one');
      console.log('revoked');
    });
  return token;
}
