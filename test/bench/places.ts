import type { Child } from './child.js';
import { type Request, send } from './http.js';
import type { Database } from './world.js';

/** Where a page of audits begins: behind this row, or at the beginning where it is null. */
export interface AuditPlace {
  readonly cursor: string | null;
  readonly occurredAt: string | null;
  readonly id: string | null;
}

export interface ResourcePlace {
  readonly cursor: string | null;
  readonly name: string | null;
  readonly id: string | null;
}

const STEP = 10_000;

/** A place at each 10,000th audit, in their order, by going through all of them. No page behind one is short. */
export async function auditPlaces(gateway: Child, { token }: Database): Promise<AuditPlace[]> {
  const places = await walk(gateway, token, 'audits', STEP, 'id occurredAt');
  return places.map(({ cursor, last }) => ({ cursor, occurredAt: last?.occurredAt ?? null, id: last?.id ?? null }));
}

export async function resourcePlaces(gateway: Child, { token }: Database, size: number): Promise<ResourcePlace[]> {
  const places = await walk(gateway, token, 'resources', size, 'id name');
  return places.map(({ cursor, last }) => ({ cursor, name: last?.name ?? null, id: last?.id ?? null }));
}

interface Walked {
  cursor: string | null;
  last: Record<string, string> | undefined;
}

interface Page {
  nodes: Record<string, string>[];
  pageInfo: { hasNextPage: boolean; endCursor: string };
}

async function walk(gateway: Child, token: string, list: string, first: number, fields: string): Promise<Walked[]> {
  const query = `query ($first: Int!, $after: String) { list: ${list}(first: $first, after: $after) {
    nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`;
  const places: Walked[] = [];
  let place: Walked = { cursor: null, last: undefined };
  for (;;) {
    const headers = { authorization: `Bearer ${token}` };
    const request: Request = { path: '/graphql', headers, body: { query, variables: { first, after: place.cursor } } };
    const { text } = await send(gateway.port, request);
    const { data } = JSON.parse(text) as { data?: { list: Page } };
    if (!data) throw new Error(`the gateway gave no page: ${text}`);
    const { nodes, pageInfo } = data.list;
    if (nodes.length === first) places.push(place);
    if (!pageInfo.hasNextPage) return places;
    place = { cursor: pageInfo.endCursor, last: nodes.at(-1) };
  }
}

/** At most `most` of a list, evenly spread, and mixed the same way each time: no page is asked for after the one before it. */
export function spread<T>(list: readonly T[], most: number): T[] {
  const count = Math.min(most, list.length);
  const even = Array.from({ length: count }, (_, n) => list[Math.floor((n * list.length) / count)]!);
  const step = [7, 11, 13].find((prime) => count % prime !== 0)!;
  return even.map((_, n) => even[(n * step) % count]!);
}
