import type { ZxcvbnFactory } from '@zxcvbn-ts/core';

/** The decimal logarithm of the guesses that a password must need at least, as zxcvbn estimates them. */
const MIN_GUESSES_LOG10 = 9;

/** Characters that are estimated at once: the time grows faster than the length. */
const ESTIMATED = 64;

/** Names of this product and of those that it works with. */
const PRODUCT_NAMES = [
  'pam360',
  'passwordmanagerpro',
  'passwordmanager',
  'manageengine',
  'analyticsplus',
  'pamgateway',
  'gateway',
  'zohocorp',
];

/** Shorter words stand in too many passwords by chance. */
const MIN_WORD_LENGTH = 3;

/** Letters that may be left of a password beside names, if it is to count as made of them. */
const LETTERS_LEFT = 2;

/** Whether a password is little more than words that everybody knows of its user, or of the product: with digits behind, say. */
export function isMadeOfNames(password: string, names: readonly string[]): boolean {
  const before = lettersAndDigits(password);
  let rest = before;
  for (const word of wordsOf(names)) {
    rest = rest.replaceAll(word, '').replaceAll([...word].reverse().join(''), '');
  }
  return rest.length < before.length && (rest.match(/\p{L}/gu)?.length ?? 0) <= LETTERS_LEFT;
}

/** Whether a password is common, repeats itself, or follows a sequence or a keyboard. */
export async function isEasyToGuess(password: string, names: readonly string[]): Promise<boolean> {
  const estimator = await loadEstimator();
  const words = wordsOf(names);
  const isWeak = (part: string) => estimator.check(part, words).guessesLog10 < MIN_GUESSES_LOG10;
  return isWeak(password.slice(0, ESTIMATED)) && (password.length <= ESTIMATED || isWeak(password.slice(-ESTIMATED)));
}

/** The words of names, each in lower case without anything but letters and digits, the longest first. */
function wordsOf(names: readonly string[]): string[] {
  const parts = names.flatMap((name) => [name, name.split('@')[0]!, ...name.split(/[^\p{L}\p{N}]+/u)]);
  const words = [...parts.map(lettersAndDigits), ...PRODUCT_NAMES].filter((word) => word.length >= MIN_WORD_LENGTH);
  return [...new Set(words)].sort((a, b) => b.length - a.length);
}

/** Without accents, so that those who leave them out have the same word. */
function lettersAndDigits(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

let loaded: Promise<ZxcvbnFactory> | undefined;

/** Loads the lists at the first new password: most processes never see one. */
function loadEstimator(): Promise<ZxcvbnFactory> {
  loaded ??= Promise.all([import('@zxcvbn-ts/core'), import('@zxcvbn-ts/language-common')]).then(
    ([{ ZxcvbnFactory }, { dictionary, adjacencyGraphs }]) =>
      new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs }),
  );
  loaded.catch(() => {
    loaded = undefined;
  });
  return loaded;
}
