import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from './child.js';
import { type Fields, thirteen } from './fields.js';
import { send } from './http.js';
import type { Load } from './load/load.js';
import { type Asked, type Contestant, type Measuring, sameRows } from './measure.js';
import type { Options } from './options.js';
import { gateway, mercurius, type Peer, rest, stock } from './peers.js';
import { type AuditPlace, auditPlaces, spread } from './places.js';
import type { Report } from './report.js';
import type { Database, World } from './world.js';

interface Parts {
  readonly options: Options;
  readonly world: World;
  readonly load: Load;
  readonly report: Report;
  readonly database: Database;
}

/** What all sections share: the peers on one database, ready to be asked. */
export interface Running extends Parts, Measuring {
  readonly children: ReadonlyMap<Peer['name'], Child>;
  readonly places: readonly AuditPlace[];
  stop(): Promise<void>;
}

export const allPeers: readonly Peer[] = [gateway, rest, stock, mercurius];

const beginning: AuditPlace = { cursor: null, occurredAt: null, id: null };

export async function startPeers(parts: Parts): Promise<Running> {
  const children = new Map<Peer['name'], Child>();
  const stop = async () => {
    for (const child of children.values()) await child.stop();
  };
  try {
    for (const peer of allPeers) children.set(peer.name, await startPeer(peer, parts.database));
    await untilCounted(children.get('gateway')!);
    const places = await auditPlaces(children.get('gateway')!, parts.database);
    const { rounds, seconds } = parts.options;
    return { ...parts, rounds, seconds, databasePid: parts.world.pid, children, places, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits until a gateway has counted the audits that it has found, which it does beside the requests. */
export async function untilCounted({ port }: Child): Promise<void> {
  for (;;) {
    const { text } = await send(port, { path: '/metrics' });
    if (/^pam_gateway_follower_behind_audits 0$/m.test(text)) return;
    await sleep(500);
  }
}

/** Starts a peer, and waits until it has answered with a row. */
export async function startPeer(peer: Peer, database: Database): Promise<Child> {
  const child = await peer.start(database);
  try {
    await child.answers(peer.audits(database, thirteen, 1, beginning));
    return child;
  } catch (error) {
    await child.stop();
    throw error;
  }
}

/** Peers that are asked for pages of audits, all from the same places, and give the same rows. */
export function pagesOfAudits(
  { children, database, places }: Running,
  peers: readonly Peer[],
  fields: Fields,
  size: number,
): Promise<Contestant[]> {
  const asked = peers.map((peer) => askedForAudits(peer, children.get(peer.name)!, database, fields, size, places));
  return sameRows(asked, size);
}

/** What a peer is asked from places; fewer where its answers are long, which are all kept until they are compared. */
export function askedForAudits(
  peer: Peer,
  child: Child,
  database: Database,
  fields: Fields,
  size: number,
  places: readonly AuditPlace[],
): Asked {
  const chosen = spread(places, size > 1_000 ? 10 : 40);
  const requests = chosen.map((place) => peer.audits(database, fields, size, place));
  return { name: peer.name, child, requests, rowsOf: peer.rowsOf };
}
