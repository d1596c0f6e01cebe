import fastify from 'fastify';
import type { FieldNode, GraphQLResolveInfo } from 'graphql';
import mercurius from 'mercurius';
import { pool } from './pool.js';
import { auditsStatement, auditsValues } from './statements.js';

const schema = `
  type Audit {
    id: ID!
    occurredAt: String!
    category: String!
    operation: String!
    outcome: String!
    operatedBy: String!
    ipAddress: String
    clientType: String
    reason: String
    ticketId: String
    resourceName: String
    accountName: String
    userName: String
  }
  type AuditPage { nodes: [Audit!]!, next: String! }
  type Query { audits(first: Int!, after: String): AuditPage! }
`;

/** Mercurius with its JIT, on rows as the driver gives them, of the columns that are asked for. */
const app = fastify();
const rows = pool.promise();

await app.register(mercurius, {
  schema,
  jit: 1,
  resolvers: {
    Query: {
      audits: async (
        _: unknown,
        { first, after }: { first: number; after?: string },
        __: unknown,
        info: GraphQLResolveInfo,
      ) => {
        const [nodes] = await rows.query(auditsStatement(nodeFields(info)), auditsValues(after ?? '', first));
        const last = (nodes as { id: number; occurredAt: string }[]).at(-1);
        return { nodes, next: last ? `${last.occurredAt},${last.id}` : '' };
      },
    },
  },
});

function nodeFields({ fieldNodes }: GraphQLResolveInfo): string[] {
  const fields = fieldNodes[0]!.selectionSet!.selections as FieldNode[];
  const nodes = fields.find(({ name }) => name.value === 'nodes')!;
  return (nodes.selectionSet!.selections as FieldNode[]).map(({ name }) => name.value);
}

await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
