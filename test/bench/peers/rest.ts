import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fastify from 'fastify';
import { thirteen } from '../fields.js';
import { pool } from './pool.js';
import { readResources } from './rest-resources.js';
import { auditsStatement, auditsValues, selectList } from './statements.js';

/** The bar: handlers that do nothing but SELECT and JSON.stringify. They ask nobody who is there, and check nothing. */
const app = fastify();
const rows = pool.promise();
const statements = new Map<string, string>();

interface PageQuery {
  fields: string;
  limit: string;
  after: string;
}

app.get('/audits', async (request, reply) => {
  const { fields, limit, after } = request.query as PageQuery;
  let statement = statements.get(fields);
  if (!statement) {
    statement = auditsStatement(fields.split(','));
    statements.set(fields, statement);
  }
  const [page] = await rows.query(statement, auditsValues(after, Number(limit)));
  const audits = page as { id: number; occurredAt: string }[];
  const last = audits.length === Number(limit) ? audits.at(-1) : undefined;
  const next = last ? `${last.occurredAt},${last.id}` : '';
  reply.type('application/json');
  return JSON.stringify({ rows: audits, count: audits.length, next });
});

app.get('/resources', async (request, reply) => {
  reply.type('application/json');
  return JSON.stringify(await readResources(request.query as Record<string, string>));
});

app.get('/audits.ndjson', async (_, reply) => {
  reply.hijack();
  reply.raw.writeHead(200, { 'content-type': 'application/x-ndjson' });
  const write = new Transform({
    writableObjectMode: true,
    transform: (row, _encoding, done) => done(null, `${JSON.stringify(row)}\n`),
  });
  const found = pool.query(`SELECT ${selectList(thirteen)} FROM audits t FORCE INDEX (audits_occurred_at)
    ORDER BY t.occurred_at, t.id`);
  await pipeline(found.stream(), write, reply.raw).catch(() => {});
});

await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
