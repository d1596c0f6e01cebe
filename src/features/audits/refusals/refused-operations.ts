import type { Actor, Context } from '../../../graphql/context.js';
import { onOperationRefused, type RefusedOperation } from '../../../graphql/refused.js';
import { logOf } from '../../../graphql/request-log.js';
import { sha256 } from '../../../lib/sha256.js';
import { operatorOf } from '../activity-log.js';
import type { Refusal } from './count-refusals.js';
import { countInMemory, type RefusalKind, storeCounted } from './refusal-tally.js';

/** The most characters of a refusal's message in an audit. */
const MAX_REASON = 400;

const OPERATION = 'Operation Refused';

/** Refused operations are counted by actor and field, for an hour each. */
const byActorAndField: RefusalKind = {
  name: 'operation',
  window: 3_600_000,
  others: () => ({
    subject: 'operation:others',
    operation: OPERATION,
    by: { userId: null, userName: 'Unknown', clientType: 'API Client' },
    userName: null,
    first: 'a privilege is missing; more users, tokens or fields were refused than are counted separately',
    further: 'refusals of other users, tokens or fields',
  }),
};

/**
 * Records what the actor of a request is refused for want of a privilege, as audits. The first refusal of an actor and
 * a field is an audit at once; how many followed within an hour is one more.
 */
export function auditRefusedOperations(context: Context): void {
  const { actor, db } = context;
  if (!actor) return;
  onOperationRefused(context, (refused) => {
    const operator = operatorOf(context);
    const refusal = refusalOf(actor, operator, refused);
    const counted = countInMemory(db, byActorAndField, refusal, operator.ipAddress);
    if (!counted.isFirst) return;
    // Nobody waits for it. If it fails, it is stored with the next ones.
    storeCounted(db, counted).catch((err) => logOf(context)?.warn({ err }, 'a refused operation is not recorded yet'));
  });
}

function refusalOf(actor: Actor, by: Refusal['by'], { field, reason }: RefusedOperation): Refusal {
  const id = actor.ingest?.tokenId ?? actor.tokenId ?? actor.userId;
  const said = [...reason].slice(0, MAX_REASON).join('');
  return {
    subject: `operation:${sha256(JSON.stringify([actor.kind, id, field]))}`,
    operation: OPERATION,
    by: { userId: by.userId, userName: by.userName, clientType: by.clientType },
    userName: actor.kind === 'INGEST' ? null : actor.userName,
    first: said,
    further: `refused: ${said}`,
  };
}
