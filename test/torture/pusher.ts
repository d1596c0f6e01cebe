import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from './random.js';
import type { World } from './world.js';

/** Milliseconds after which an answer is no longer waited for. */
const PATIENCE = 30_000;

/** What a program that pushes has been told. */
export class Told {
  audits = 0;
  resources = 0;
  /** Calls that got no answer, or were refused for the moment, and were sent again. */
  repeated = 0;
}

/** Pushes audits and resources, each call again and again until it is answered: a sender knows no more than that. */
export async function push(
  world: World,
  name: string,
  random: Random,
  told: Told,
  isEnough: () => boolean,
): Promise<void> {
  for (let turn = 0; !isEnough(); turn++) {
    const count = 1 + random.below(3_000);
    const audits = Array.from({ length: count }, (_, n) => ({
      sourceId: `${name}-${turn}-${n}`,
      occurredAt: new Date(Date.UTC(2026, 0, 1) + random.below(30 * 86_400_000)).toISOString(),
      category: 'RESOURCE',
      operation: `Operation ${random.below(20)}`,
      outcome: 'SUCCESS',
      operatedBy: `user-${random.below(50)}`,
      reason: `turn ${turn}, row ${n}`,
      resourceSourceId: `${name}-${random.below(40)}`,
      resourceName: `server-${random.below(40)}`,
    }));
    await untilAnswered(world, told, 'recordAudits', '[PushedAudit!]!', 'records', audits);
    told.audits += count;
    if (turn % 5 > 0) continue;
    const resources = Array.from({ length: 40 }, (_, n) => ({
      sourceId: `${name}-${n}`,
      name: `server-${n}`,
      type: 'Linux',
      description: `turn ${turn}`,
    }));
    await untilAnswered(world, told, 'upsertResources', '[PushedResource!]!', 'records', resources);
    await untilAnswered(world, told, 'deleteResources', '[ID!]!', 'sourceIds', [`${name}-${random.below(40)}`]);
    told.resources += resources.length;
  }
}

async function untilAnswered(
  world: World,
  told: Told,
  mutation: string,
  type: string,
  argument: string,
  list: readonly unknown[],
): Promise<void> {
  const query = `mutation ($list: ${type}) { ${mutation}(source: "torture", ${argument}: $list) { refused } }`;
  for (;;) {
    const refused = await answered(world, query, mutation, list);
    if (refused === 0) return;
    if (refused !== undefined) throw new Error(`${mutation}: ${refused} were refused`);
    told.repeated += 1;
    await sleep(200);
  }
}

interface Answer {
  readonly data?: Record<string, { refused: number } | null> | null;
  readonly errors?: { message: string; extensions?: { code?: string } }[];
}

/** How many records were refused; undefined where the answer is no answer. */
async function answered(
  world: World,
  query: string,
  mutation: string,
  list: readonly unknown[],
): Promise<number | undefined> {
  let answer: Answer;
  try {
    const response = await fetch(`http://127.0.0.1:${world.port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${world.ingestToken}` },
      body: JSON.stringify({ query, variables: { list } }),
      signal: AbortSignal.timeout(PATIENCE),
    });
    answer = (await response.json()) as Answer;
  } catch {
    return undefined;
  }
  const { data, errors } = answer;
  const isMeant = errors?.some(
    ({ extensions }) => extensions?.code === 'BAD_USER_INPUT' || extensions?.code === 'GRAPHQL_VALIDATION_FAILED',
  );
  if (isMeant) throw new Error(JSON.stringify(errors));
  return data?.[mutation]?.refused;
}
