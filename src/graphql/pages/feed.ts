import { type ClassType, Field, ID, ObjectType, registerEnumType } from 'type-graphql';

export enum ChangeKind {
  UPSERT = 'UPSERT',
  DELETE = 'DELETE',
}
registerEnumType(ChangeKind, { name: 'ChangeKind' });

export interface Change {
  kind: ChangeKind;
  id: number;
  node: object | null;
}

export interface ChangeFeed {
  changes: Change[];
  nextCursor: string;
  caughtUp: boolean;
  hasMore: boolean;
}

export interface NodeFeed {
  nodes: object[];
  nextCursor: string;
  caughtUp: boolean;
  hasMore: boolean;
}

const MORE =
  'Whether a further page can be read now, behind `nextCursor`. A page of few rows, or of none, may have more behind it.';

/** The feed type of records that change: every record and every later change, in the order of their commits. */
export function changeFeedOf(node: ClassType): ClassType<ChangeFeed> {
  @ObjectType(`${node.name}Change`, { simpleResolvers: true })
  class NodeChange {
    @Field(() => ChangeKind) kind!: ChangeKind;
    @Field(() => ID) id!: number;
    @Field(() => node, { nullable: true }) node!: object | null;
  }

  @ObjectType(`${node.name}Feed`, { simpleResolvers: true })
  class NodeFeedType {
    @Field(() => [NodeChange]) changes!: NodeChange[];
    @Field(() => String) nextCursor!: string;
    @Field(() => Boolean) caughtUp!: boolean;
    @Field(() => Boolean, { description: MORE }) hasMore!: boolean;
  }
  return NodeFeedType;
}

/** The feed type of records that never change. */
export function nodeFeedOf(node: ClassType): ClassType<NodeFeed> {
  @ObjectType(`${node.name}Feed`, {
    simpleResolvers: true,
    description: `${node.name}s are never changed or deleted, so a page is just nodes.`,
  })
  class NodeFeedType {
    @Field(() => [node]) nodes!: object[];
    @Field(() => String) nextCursor!: string;
    @Field(() => Boolean) caughtUp!: boolean;
    @Field(() => Boolean, { description: MORE }) hasMore!: boolean;
  }
  return NodeFeedType;
}
