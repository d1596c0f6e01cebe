import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Privilege } from '../../graphql/access.js';
import type { Actor } from '../../graphql/context.js';

export enum ViewerKind {
  SESSION = 'SESSION',
  CONNECTOR = 'CONNECTOR',
  INGEST = 'INGEST',
}
registerEnumType(ViewerKind, { name: 'ViewerKind' });

@ObjectType({ simpleResolvers: true })
export class Viewer {
  @Field(() => ViewerKind) kind!: ViewerKind;
  @Field(() => String) userName!: string;
  @Field(() => String) fullName!: string;
  @Field(() => [String]) roles!: readonly string[];
  @Field(() => [Privilege]) privileges!: readonly Privilege[];
}

/** An actor as it sees itself. */
export function viewerOf({ kind, userName, fullName, roles, privileges, bounds }: Actor): Viewer {
  const had = [...privileges].filter((privilege) => !bounds?.withheld.has(privilege)).sort();
  return { kind: kind as ViewerKind, userName, fullName, roles, privileges: had };
}
