import type { Transaction } from '../../../src/database/db.js';
import { CountingDatabase } from '../../helpers/gateway.js';

/** A database that counts what its transactions ask of the engine. Many rows that are inserted at once count as one. */
export class StatementCounter extends CountingDatabase {
  count = 0;

  override async begin(): Promise<Transaction> {
    const tx = await super.begin();
    for (const name of ['query', 'execute', 'insert', 'insertRows'] as const) {
      const run = tx[name].bind(tx) as (...given: never[]) => Promise<never>;
      Object.assign(tx, {
        [name]: (...given: never[]) => {
          this.count += 1;
          return run(...given);
        },
      });
    }
    return tx;
  }
}
