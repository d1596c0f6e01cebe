import { median, short } from '../bench/numbers.js';
import { Client } from './ask.js';
import { noiseOf, oftenGreater, quantile } from './numbers.js';
import type { FloodedWorld } from './world.js';

const kinds = ['right', 'wrong', 'unknown'] as const;

/** What a wrong password, or an unknown name, costs before it is refused unseen. */
const FREE = 4;

/**
 * How long sign-ins take with the right password, a wrong one and an unknown name, in turn, each from an address of its own
 * since an address may fail twenty times.
 */
export async function signInTimings({ gateway, people }: FloodedWorld): Promise<string> {
  const timings: Record<(typeof kinds)[number], number[]> = { right: [], wrong: [], unknown: [] };
  let address = 0;
  for (let round = 0; round < FREE; round++) {
    for (const [number, { name, password }] of people.entries()) {
      const names = { right: name, wrong: name, unknown: `nobody ${number}` };
      // Each kind comes as often first, second and third. The right one comes after the wrong one of the same round or before it.
      for (let turn = 0; turn < kinds.length; turn++) {
        const kind = kinds[(turn + number + round) % kinds.length]!;
        const client = new Client(gateway.port, `127.0.${1 + (address >> 8)}.${++address % 254 || 1}`, 1);
        const typed = kind === 'right' ? password : 'a password that nobody has';
        const { milliseconds, code } = await client.signIn(names[kind], typed);
        const expected = kind === 'right' ? 'OK' : 'INVALID_CREDENTIALS';
        if (code !== expected) throw new Error(`a ${kind} sign-in was answered ${code}`);
        timings[kind].push(milliseconds);
        client.close();
      }
    }
  }
  return describe(timings);
}

function describe(timings: Record<(typeof kinds)[number], number[]>): string {
  const rows = kinds.map((kind) => {
    const values = timings[kind];
    const [p5, p95] = [quantile(values, 0.05), quantile(values, 0.95)];
    return `| ${kind} | ${values.length} | ${short(median(values))} | ${short(p5)} to ${short(p95)} |`;
  });
  const noise = Math.max(...kinds.map((kind) => noiseOf(timings[kind])));
  const pairs = [
    ['wrong', 'right'],
    ['wrong', 'unknown'],
    ['right', 'unknown'],
  ] as const;
  const verdicts = pairs.map(([one, other]) => {
    const difference = Math.abs(median(timings[one]) - median(timings[other]));
    const longer = short(oftenGreater(timings[one], timings[other]));
    return `| ${one} against ${other} | ${short(difference)} | ${short(noise)} | ${difference <= noise ? 'yes' : '**no**'} | ${longer} |`;
  });
  return `## Sign-in with the right password, a wrong one, and an unknown name

In turn, one at a time. Milliseconds from before the request is sent until its answer is whole.

| sign-in | times | median | 90 of 100 |
| --- | ---: | ---: | ---: |
${rows.join('\n')}

The noise is how far the medians of two random halves of one kind lie apart in 95 of 100 halvings. How often the first takes longer
than the second would be 0.50 where nothing tells them apart.

| | medians differ by | noise | within it | first takes longer |
| --- | ---: | ---: | ---: | ---: |
${verdicts.join('\n')}
`;
}
