import { Command } from 'commander';
import { printGuardedSchema } from '../graphql/print-schema.js';
import { buildSchema } from '../schema.js';

export function schemaCommand(): Command {
  return new Command('schema').description('print the schema').action(() => {
    process.stdout.write(printGuardedSchema(buildSchema()));
  });
}
