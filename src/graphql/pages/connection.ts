import { type ClassType, Field, Int, ObjectType } from 'type-graphql';
import { RowCost } from '../limits/row-cost.js';

@ObjectType({ simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean) hasNextPage!: boolean;
  @Field(() => Boolean) hasPreviousPage!: boolean;
  @Field(() => String, { nullable: true }) startCursor!: string | null;
  @Field(() => String, { nullable: true }) endCursor!: string | null;
}

export interface Edge<Row> {
  cursor: string;
  node: Row;
}

/** A page of a list. What the operation did not select is left empty. */
export interface Connection<Row> {
  edges: Edge<Row>[];
  nodes: Row[];
  pageInfo: PageInfo;
  totalCount: number;
}

/** The connection type of a node, with `nodes` beside `edges`. */
export function connectionOf(node: ClassType): ClassType<Connection<object>> {
  @ObjectType(`${node.name}Edge`, { simpleResolvers: true })
  class NodeEdge {
    @Field(() => String) cursor!: string;
    @Field(() => node) node!: object;
  }

  @ObjectType(`${node.name}Connection`, { simpleResolvers: true })
  class NodeConnection {
    @Field(() => [NodeEdge]) edges!: NodeEdge[];
    @Field(() => [node]) nodes!: object[];
    @Field(() => PageInfo) pageInfo!: PageInfo;
    @RowCost(1_000)
    @Field(() => Int, { description: 'Computed only where it is asked for.' })
    totalCount!: number;
  }
  return NodeConnection;
}
