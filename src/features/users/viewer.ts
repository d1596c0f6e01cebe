import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Privilege } from '../../graphql/access.js';

export enum ViewerKind {
  SESSION = 'SESSION',
  CONNECTOR = 'CONNECTOR',
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
