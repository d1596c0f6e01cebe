import { Readable } from 'node:stream';
import { CommanderError } from 'commander';
import { config } from 'dotenv';
import { runCommandLine } from '../../dist/cli/index.js';

// Runs commands of the compiled program, one at a time: to load its modules for each takes longer than most commands.

process.once('disconnect', process.exit);

// As commander does if it is told not to exit; the program lets such an error through.
process.exit = (code) => {
  throw new CommanderError(code ?? 0, 'exit', '');
};

process.on('message', async ({ args, input, environment, folder }) => {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, environment);
  process.chdir(folder);
  config({ quiet: true });
  process.exitCode = 0;
  Object.defineProperty(process, 'stdin', { configurable: true, value: Readable.from([Buffer.from(input)]) });
  const stdout = capture(process.stdout);
  const stderr = capture(process.stderr);
  const code = await run(args);
  // A process that ends takes them with it.
  for (const signal of ['SIGINT', 'SIGTERM']) process.removeAllListeners(signal);
  process.send({ code, signal: null, stdout: stdout.join(''), stderr: stderr.join('') });
});

async function run(args) {
  try {
    await runCommandLine([process.execPath, 'pam-gateway', ...args]);
    return process.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    throw error;
  }
}

function capture(stream) {
  const parts = [];
  stream.write = (part, ...rest) => {
    parts.push(part.toString());
    rest.find((argument) => typeof argument === 'function')?.();
    return true;
  };
  return parts;
}
