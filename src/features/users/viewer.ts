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
  /** Whom it shows. */
  actor!: Actor;
}

/** An actor as it sees itself. */
export function viewerOf(actor: Actor): Viewer {
  const { kind, userName, fullName, roles, privileges, bounds } = actor;
  const had = [...privileges].filter((privilege) => !bounds?.withheld.has(privilege)).sort();
  return { kind: kind as ViewerKind, userName, fullName, roles, privileges: had, actor };
}
