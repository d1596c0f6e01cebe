import { Field, ObjectType } from 'type-graphql';
import { Module } from '../../database/module.js';
import { UserError } from '../../graphql/user-errors.js';
import { DiagnosticCheck } from './diagnostics/check.js';
import { Integration } from './integration.js';
import type { IntegrationWithTokens } from './integration.queries.js';

@ObjectType({
  simpleResolvers: true,
  description: 'token is given here and nowhere else. It takes effect with saveIntegration.',
})
export class GenerateAuthTokenPayload {
  @Field(() => String, { nullable: true }) token!: string | null;
  @Field(() => Integration, { nullable: true }) integration!: IntegrationWithTokens | null;
  @Field(() => [UserError]) userErrors!: UserError[];
}

@ObjectType({ simpleResolvers: true })
export class IntegrationPayload {
  @Field(() => Integration, { nullable: true }) integration!: IntegrationWithTokens | null;
  @Field(() => [UserError]) userErrors!: UserError[];
}

@ObjectType({ simpleResolvers: true })
export class ConnectAnalyticsPlusPayload {
  @Field(() => [Module], { description: 'What the token may read from now on.' }) modules!: readonly Module[];
  @Field(() => [String]) warnings!: readonly string[];
  @Field(() => [UserError]) userErrors!: UserError[];
}

@ObjectType({ simpleResolvers: true })
export class TestIntegrationPayload {
  @Field(() => [DiagnosticCheck]) checks!: DiagnosticCheck[];
  @Field(() => [UserError]) userErrors!: UserError[];
}
