import type { GraphQLField } from 'graphql';
import { Extensions } from 'type-graphql';
import type { Context } from '../context.js';

/** What is done for a field whose operation was turned away. It is part of each refusal, so it asks nothing of the database. */
export type RateLimitCallback = (context: Context) => void;

/** Says what is done where an operation with this root field is refused unseen, since its sender has asked for too much. */
export function OnRateLimited(callback: RateLimitCallback): MethodDecorator {
  return Extensions({ onRateLimited: callback }) as MethodDecorator;
}

export function rateLimitCallback({ extensions }: GraphQLField<unknown, unknown>): RateLimitCallback | undefined {
  return (extensions as { onRateLimited?: RateLimitCallback }).onRateLimited;
}
