import { ArgsType, Field, InputType, Int } from 'type-graphql';
import { AppError } from '../../lib/app-error.js';
import { quote } from '../../lib/quote.js';
import type { Actor } from '../context.js';
import { DateTime } from '../date-time.js';
import { DEFAULT_SIZE, MAX_PAGE } from './page-size.js';

@InputType({ description: 'Half-open interval [from, to): from is included, to is not. Either end may be left out.' })
export class DateRange {
  @Field(() => DateTime, { nullable: true }) from?: string | null;
  @Field(() => DateTime, { nullable: true }) to?: string | null;
}

/** The arguments by which a connection is paged. */
@ArgsType()
export class PageArguments {
  @Field(() => Int, { nullable: true }) first?: number | null;
  @Field(() => String, { nullable: true }) after?: string | null;
  @Field(() => Int, { nullable: true }) last?: number | null;
  @Field(() => String, { nullable: true }) before?: string | null;
}

/**
 * How many rows a page has, and from which end.
 * @throws AppError BAD_USER_INPUT
 */
export function pageSize(actor: Actor, { first, last }: PageArguments): { size: number; backward: boolean } {
  if (isGiven(first) && isGiven(last)) {
    throw new AppError('BAD_USER_INPUT', 'first and last: give one of them, not both');
  }
  const backward = isGiven(last);
  const size = last ?? first ?? DEFAULT_SIZE;
  checkSize(actor, backward ? 'last' : 'first', size, 0);
  return { size, backward };
}

/** @throws AppError BAD_USER_INPUT */
export function checkSize(actor: Actor, argument: string, size: number, least: number): void {
  const most = MAX_PAGE[actor.kind];
  if (size < least || size > most) {
    throw new AppError('BAD_USER_INPUT', `${argument} is ${size}: it must be from ${least} to ${most}`);
  }
}

/** @throws AppError BAD_USER_INPUT where the range ends before it begins */
export function checkRange(range: DateRange | null | undefined): void {
  if (isRange(range)) return;
  const message = `dateRange.from (${range!.from}) is after dateRange.to (${range!.to}): exchange them`;
  throw new AppError('BAD_USER_INPUT', message);
}

/** Whether a range does not end before it begins. */
export function isRange(range: DateRange | null | undefined): boolean {
  return !(range?.from && range.to && range.from > range.to);
}

/**
 * A record's id as a number.
 * @throws AppError BAD_USER_INPUT for what no id can be
 */
export function parseId(argument: string, id: string): number {
  if (/^[1-9]\d{0,15}$/.test(id) && Number.isSafeInteger(Number(id))) return Number(id);
  throw new AppError(
    'BAD_USER_INPUT',
    `${argument}: ${quote(id)} is not an id: pass one as this API returned it, such as "42"`,
  );
}

function isGiven(value: number | null | undefined): value is number {
  return value !== null && value !== undefined;
}
