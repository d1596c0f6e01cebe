import { tooLong } from '../../database/rows.js';
import { UserInputError } from '../../graphql/user-errors.js';
import { INVISIBLE } from '../../lib/invisible.js';
import { quote } from '../../lib/quote.js';
import { holdsToken } from '../../lib/token.js';
import { Role } from '../users/role.js';

/**
 * A name for a role beside `others`, without spaces around it. Names are compared exactly wherever one is looked up, so
 * two that only differ by case would be mistaken for one another by people.
 * @throws UserInputError INVALID_NAME or NAME_TAKEN
 */
export function nameBeside(others: readonly Role[], given: string): string {
  const name = given.trim();
  const error = errorOf(name);
  if (error) throw new UserInputError('INVALID_NAME', error, ['input', 'name']);
  const twin = others.find((role) => folded(role.name) === folded(name));
  if (twin) {
    const message = `there is a role ${quote(twin.name, 255)} already: choose a name that differs by more than case`;
    throw new UserInputError('NAME_TAKEN', message, ['input', 'name']);
  }
  return name;
}

function errorOf(name: string): string | undefined {
  if (holdsToken(name)) return 'name is an auth token: write a name';
  if (name === '') return 'name is empty: write 1 to 255 characters';
  if (INVISIBLE.test(name)) return `name ${quote(name)} has a control character or an invisible one: leave it out`;
  return tooLong(Role, { name });
}

function folded(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
