import type { JsonBounds } from '../../lib/json-bounds.js';
import { Privilege } from '../access.js';
import type { Actor } from '../context.js';
import { ANONYMOUS_LIMITS, INGEST_LIMITS, LIMITS } from './limit.js';

/** Values of a body beside those of its variables. */
const BESIDE = 100;

/** The bytes that the body of a request may have. */
export function largestBody(actor: Actor | null): number {
  return limitsOf(actor).body;
}

/** What the JSON of a request may hold. It is checked before the JSON is parsed, so it is a little more than variables may. */
export function boundsOf(actor: Actor | null): JsonBounds {
  const { variableValues } = limitsOf(actor);
  const { jsonDepth: depth, objects, members } = LIMITS;
  return { depth, values: variableValues + BESIDE, objects, members };
}

/** The values that variables may have. */
export function mostValues(actor: Actor | null): number {
  return limitsOf(actor).variableValues;
}

function limitsOf(actor: Actor | null): { readonly body: number; readonly variableValues: number } {
  if (!actor) return ANONYMOUS_LIMITS;
  return mayPush(actor) ? INGEST_LIMITS : LIMITS;
}

/** Whether an actor may push records. */
export function mayPush(actor: Actor | null): boolean {
  return actor?.privileges.has(Privilege.INGEST) === true;
}
