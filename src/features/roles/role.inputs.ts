import { Field, InputType } from 'type-graphql';
import { Privilege } from '../../graphql/access.js';

@InputType()
export class CreateRoleInput {
  @Field(() => String, {
    description: '1 to 255 characters, which differ by more than case from the name of every other role.',
  })
  name!: string;
  @Field(() => [Privilege]) privileges!: Privilege[];
}

@InputType({ description: 'What is left out stays as it is.' })
export class ChangeRoleInput {
  @Field(() => String, { nullable: true }) name?: string | null;
  @Field(() => [Privilege], { nullable: true }) privileges?: Privilege[] | null;
}
