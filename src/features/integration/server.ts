import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DateTime } from '../../graphql/date-time.js';

export enum Product {
  PAM360 = 'PAM360',
  PASSWORD_MANAGER_PRO = 'PASSWORD_MANAGER_PRO',
}
registerEnumType(Product, { name: 'Product' });

@ObjectType({ simpleResolvers: true })
export class Server {
  @Field(() => Product) product!: Product;
  @Field(() => String) version!: string;
  @Field(() => DateTime) now!: string;
  @Field(() => String, {
    description: 'The zone that zone-less times of the PAM product are read in, an IANA name.',
  })
  sourceTimeZone!: string;
  @Field(() => Int) minimumAnalyticsPlusBuild!: number;
}
