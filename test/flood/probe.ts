import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from './ask.js';

/** What a process beside the attack saw of the gateway. */
export interface Seen {
  /** Milliseconds that each look at `/health/live` took. */
  readonly live: number[];
  /** Pages of 1,000 audits that a connector read a second, one after another. */
  readonly pagesPerSecond: number;
  /** Answers to the connector that were not its page. */
  readonly failed: number;
}

/** Milliseconds between two looks. */
const EVERY = 50;

const [port, token, seconds] = process.argv.slice(2) as [string, string, string];
const until = performance.now() + Number(seconds) * 1_000;
const live: number[] = [];
const looks: Promise<void>[] = [];
const look = async () => {
  const began = performance.now();
  await (await fetch(`http://127.0.0.1:${port}/health/live`)).text();
  live.push(performance.now() - began);
};
const looking = (async () => {
  for (; performance.now() < until; await sleep(EVERY)) looks.push(look());
  await Promise.all(looks);
})();
const connector = new Client(Number(port), '127.0.9.2', 1);
const query = '{ audits(first: 1000) { nodes { id occurredAt operation operatedBy reason } } }';
let read = 0;
let failed = 0;
while (performance.now() < until) {
  const { code } = await connector.ask({ query }, { authorization: `Bearer ${token}` });
  if (code === 'OK') read++;
  else failed++;
}
await looking;
connector.close();
const seen: Seen = { live, pagesPerSecond: read / Number(seconds), failed };
console.log(JSON.stringify(seen));
