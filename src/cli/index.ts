import { Command, CommanderError } from 'commander';
import { version } from '../lib/version.js';
import { describeError } from './describe-error.js';

/** Each is loaded only where it is wanted: a connector that runs every minute needs no database driver. */
const commands: Record<string, () => Promise<Command>> = {
  serve: async () => (await import('./serve.js')).serveCommand(),
  demo: async () => (await import('./demo.js')).demoCommand(),
  migrate: async () => (await import('./migrate.js')).migrateCommand(),
  schema: async () => (await import('./schema.js')).schemaCommand(),
  doctor: async () => (await import('./doctor/command.js')).doctorCommand(),
  'demo-data': async () => (await import('./demo-data.js')).demoDataCommand(),
  user: async () => (await import('./user.js')).userCommand(),
  role: async () => (await import('./role.js')).roleCommand(),
  token: async () => (await import('./token.js')).tokenCommand(),
  import: async () => (await import('./import.js')).importCommand(),
  'rebuild-counts': async () => (await import('./rebuild-counts.js')).rebuildCountsCommand(),
  source: async () => (await import('./source.js')).sourceCommand(),
  pull: async () => (await import('./pull.js')).pullCommand(),
  prune: async () => (await import('./prune.js')).pruneCommand(),
  connector: async () => (await import('./connector/command.js')).connectorCommand(),
};

/** Runs the command that `argv` names. A fault ends the process with 1 and a line that says what to do. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  const program = new Command('pam-gateway')
    .description('A GraphQL API gateway between PAM360 or Password Manager Pro and the analytics tools that read it')
    .version(version)
    .showHelpAfterError('Run it with --help to see what there is.');
  const [, , name = ''] = argv;
  for (const load of Object.hasOwn(commands, name) ? [commands[name]!] : Object.values(commands)) {
    program.addCommand(helpful(await load(), program));
  }
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) throw error;
    console.error(`pam-gateway: ${describeError(error)}`);
    process.exitCode = 1;
  }
}

/** What the program says to a command line that it cannot read, it says for its commands too. */
function helpful(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) helpful(child, command);
  return command;
}
