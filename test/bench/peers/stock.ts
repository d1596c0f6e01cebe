import 'reflect-metadata';
import { ApolloServer } from '@apollo/server';
import fastifyApollo, { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import fastify from 'fastify';
import { Arg, buildSchema, Field, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { DataSource, MoreThan } from 'typeorm';
import { Audit } from './stock-audit.js';

/** The gateway's packages put together as their guides show. Only the paging, by keyset, is better than theirs. */
const dataSource = new DataSource({
  type: 'mariadb',
  url: process.env.DATABASE_URL!,
  timezone: 'Z',
  entities: [Audit],
  extra: { connectionLimit: 10 },
});
await dataSource.initialize();
const audits = dataSource.getRepository(Audit);

@ObjectType()
class AuditPage {
  @Field(() => [Audit]) nodes!: Audit[];
  @Field(() => String) next!: string;
}

@Resolver(() => Audit)
class AuditResolver {
  @Query(() => AuditPage)
  async audits(
    @Arg('first', () => Int) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ): Promise<AuditPage> {
    const [time, id] = after?.split(',') ?? [];
    const occurredAt = new Date(time ?? 0);
    const nodes = await audits.find({
      where: [{ occurredAt: MoreThan(occurredAt) }, { occurredAt, id: MoreThan(id ?? '0') }],
      order: { occurredAt: 'ASC', id: 'ASC' },
      take: first,
    });
    const last = nodes.at(-1);
    return { nodes, next: last ? `${last.occurredAt.toISOString()},${last.id}` : '' };
  }
}

const app = fastify();
const apollo = new ApolloServer({
  schema: await buildSchema({ resolvers: [AuditResolver] }),
  plugins: [fastifyApolloDrainPlugin(app)],
});
await apollo.start();
await app.register(fastifyApollo(apollo));
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
