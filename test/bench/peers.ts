import { join, resolve } from 'node:path';
import { Child } from './child.js';
import { type Fields, resourceFields } from './fields.js';
import type { Request } from './http.js';
import type { AuditPlace, ResourcePlace } from './places.js';
import type { Database } from './world.js';

/** Who is measured, and how it is asked for the same rows. */
export interface Peer {
  readonly name: 'gateway' | 'rest' | 'stock' | 'mercurius';
  start(database: Database): Promise<Child>;
  audits(database: Database, fields: Fields, size: number, place: AuditPlace): Request;
  rowsOf(text: string): unknown[];
}

export interface ResourcesPeer extends Peer {
  resources(database: Database, size: number, place: ResourcePlace): Request;
}

export const program = resolve('dist/main.js');

export const gateway: ResourcesPeer = {
  name: 'gateway',
  start: (database) => startGateway(database),
  audits: ({ token }, fields, first, { cursor }) => ({
    path: '/graphql',
    headers: { authorization: `Bearer ${token}` },
    body: {
      query: `query ($first: Int!, $after: String) { audits(first: $first, after: $after) {
        nodes { ${fields.join(' ')} } pageInfo { hasNextPage endCursor } } }`,
      variables: { first, after: cursor },
    },
  }),
  resources: ({ token, lastWeek }, first, { cursor }) => ({
    path: '/graphql',
    headers: { authorization: `Bearer ${token}` },
    body: {
      query: `query ($first: Int!, $after: String, $range: DateRange) { resources(first: $first, after: $after) {
        nodes { ${resourceFields.resource.join(' ')} accounts { ${resourceFields.account.join(' ')} }
          owner { ${resourceFields.owner.join(' ')} } usage(dateRange: $range) { ${resourceFields.usage.join(' ')} } }
        pageInfo { hasNextPage endCursor } } }`,
      variables: { first, after: cursor, range: lastWeek },
    },
  }),
  rowsOf: (text) => {
    const { data } = JSON.parse(text) as { data: Record<string, { nodes: unknown[] }> };
    return Object.values(data)[0]!.nodes;
  },
};

export function startGateway({ url }: Database, ...options: string[]): Promise<Child> {
  return Child.start([program, 'serve', ...options], { DATABASE_URL: url });
}

export const rest: ResourcesPeer = {
  name: 'rest',
  start: startPeer('rest'),
  audits: (_, fields, limit, place) => ({
    path: `/audits?fields=${fields.join(',')}&limit=${limit}&after=${encodeURIComponent(afterText(place))}`,
  }),
  resources: ({ lastWeek }, limit, { name, id }) => {
    const [from, to] = [lastWeek.from, lastWeek.to].map((time) => time.slice(0, 10));
    return {
      path: `/resources?limit=${limit}&from=${from}&to=${to}&after=${name ? encodeURIComponent(`${name}\t${id}`) : ''}`,
    };
  },
  rowsOf: (text) => (JSON.parse(text) as { rows: unknown[] }).rows,
};

export const stock: Peer = {
  name: 'stock',
  start: startPeer('stock'),
  audits: (_, fields, first, { occurredAt, id }) => pageOfNodes(fields, first, occurredAt && `${occurredAt},${id}`),
  rowsOf: gateway.rowsOf,
};

export const mercurius: Peer = {
  name: 'mercurius',
  start: startPeer('mercurius'),
  audits: (_, fields, first, place) => pageOfNodes(fields, first, afterText(place) || null),
  rowsOf: gateway.rowsOf,
};

function pageOfNodes(fields: Fields, first: number, after: string | null): Request {
  const query = `query ($first: Int!, $after: String) { audits(first: $first, after: $after) {
    nodes { ${fields.join(' ')} } next } }`;
  return { path: '/graphql', body: { query, variables: { first, after } } };
}

/** A place as the database writes its time. */
function afterText({ occurredAt, id }: AuditPlace): string {
  return occurredAt ? `${occurredAt.slice(0, -1).replace('T', ' ')},${id}` : '';
}

function startPeer(name: string): Peer['start'] {
  const file = join(import.meta.dirname, 'peers', `${name}.js`);
  return ({ url }) => Child.start([file], { DATABASE_URL: url });
}
