import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync, type NonEmptyArray } from 'type-graphql';
import { resolvers } from './features/index.js';
import { accessOf } from './graphql/access.js';

/**
 * Builds the schema from the features.
 * @throws Error where a root field says nothing of access: public is written `@Access()`
 */
export function buildSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    // biome-ignore lint/complexity/noBannedTypes: the type that the library asks for
    resolvers: resolvers as unknown as NonEmptyArray<Function>,
    validate: false,
  });
  for (const root of [schema.getQueryType(), schema.getMutationType()]) {
    for (const field of Object.values(root?.getFields() ?? {})) {
      if (!accessOf(field)) throw new Error(`${root!.name}.${field.name} says nothing of access`);
    }
  }
  return schema;
}
