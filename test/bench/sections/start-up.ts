import { median, short } from '../numbers.js';
import { allPeers, type Running, startPeer } from '../running.js';

/** From the start of the process until it has answered with a row. */
export async function startUp({ database, rounds, report }: Running): Promise<void> {
  const times = new Map<string, number[]>(allPeers.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const peer of allPeers) {
      const begin = performance.now();
      const child = await startPeer(peer, database);
      times.get(peer.name)!.push(performance.now() - begin);
      await child.stop();
    }
  }
  const own = median(times.get('gateway')!);
  report.table(
    'Start-up',
    'From the start of the process until its first row has come; the gateway looks whether the database is migrated.',
    ['', 'ms', 'gateway against it'],
    [...times].map(([name, some]) => [name, short(median(some)), `${short(own / median(some))} ×`]),
  );
}
