import { Command, CommanderError } from 'commander';
import { version } from '../lib/version.js';
import { connectorCommand } from './connector/command.js';
import { demoCommand } from './demo.js';
import { demoDataCommand } from './demo-data.js';
import { doctorCommand } from './doctor.js';
import { describeFault } from './fault.js';
import { importCommand } from './import.js';
import { migrateCommand } from './migrate.js';
import { schemaCommand } from './schema.js';
import { serveCommand } from './serve.js';
import { tokenCommand } from './token.js';
import { userCommand } from './user.js';

/** Runs the command that `argv` names. A fault ends the process with 1 and a line that says what to do. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  const program = new Command('pam-gateway')
    .description('A GraphQL API gateway between PAM360 or Password Manager Pro and the analytics tools that read it')
    .version(version)
    .showHelpAfterError('Run it with --help to see what there is.');
  for (const make of [
    serveCommand,
    demoCommand,
    migrateCommand,
    schemaCommand,
    doctorCommand,
    demoDataCommand,
    userCommand,
    tokenCommand,
    importCommand,
    connectorCommand,
  ]) {
    program.addCommand(helpful(make(), program));
  }
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) throw error;
    console.error(`pam-gateway: ${describeFault(error)}`);
    process.exitCode = 1;
  }
}

/** What the program says to a command line that it cannot read, it says for its commands too. */
function helpful(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) helpful(child, command);
  return command;
}
