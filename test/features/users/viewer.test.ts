import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Privilege } from '../../../src/graphql/access.js';
import { type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anActor, Gateway } from '../../helpers/gateway.js';

describe('the viewer', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase('sqlite');
  });
  afterAll(() => database.drop());

  test('of a token has no privilege of a module that was not chosen when Analytics Plus connected', async () => {
    const withheld = new Set([Privilege.READ_AUDITS]);
    const actor = anActor({ bounds: { withheld, since: null } });
    expect(await new Gateway(database.db).read(actor, '{ viewer { kind privileges } }')).toEqual({
      viewer: { kind: 'CONNECTOR', privileges: ['READ_RESOURCES', 'READ_USER_ACCOUNTS'] },
    });
  });
});
