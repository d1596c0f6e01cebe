import {
  type GraphQLField,
  type GraphQLOutputType,
  getNamedType,
  getNullableType,
  isListType,
  isObjectType,
} from 'graphql';
import { Extensions } from 'type-graphql';

/** The objects of a list of which nothing says how many it has. */
const LIST = 10;

/** Says how many rows are read, on the whole, for one value of a field, where that is not what its type tells. */
export function RowCost(rows: number): MethodDecorator & PropertyDecorator {
  return Extensions({ rowCost: rows }) as MethodDecorator & PropertyDecorator;
}

/** The rows behind one value of a field that is not paged: an object is one, a list of objects several, a scalar none. */
export function rowCost({ extensions, type }: GraphQLField<unknown, unknown>): number {
  const { rowCost: declared } = extensions as { rowCost?: number };
  if (declared !== undefined) return declared;
  if (!isObjectType(getNamedType(type))) return 0;
  return isList(type) ? LIST : 1;
}

export function isList(type: GraphQLOutputType | undefined): boolean {
  return isListType(getNullableType(type));
}
