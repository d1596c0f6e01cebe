import type { ApolloServerPlugin, GraphQLRequestContext } from '@apollo/server';
import type { FormattedExecutionResult, GraphQLSchema } from 'graphql';
import { counted } from '../../lib/counted.js';
import type { Context } from '../context.js';
import { onServed } from '../served.js';
import { type Account, accountOf, availableIn, type Budgets, makeBudgets, setAside, settle } from './budgets.js';
import { actualCost, type Cost } from './cost.js';
import { overBudget, overLimit } from './limit.js';
import { judge } from './verdict.js';

/**
 * Lets an operation run where its actor may do it and has the budget for it. Its cost is set
 * aside before it runs, and what it has cost is taken afterwards. Every answer says so, in `extensions.cost` and in headers.
 */
export function admissionPlugin(schema: GraphQLSchema): ApolloServerPlugin<Context> {
  let budgets: Budgets | undefined;
  return {
    requestDidStart: async ({ contextValue }) => {
      budgets ??= makeBudgets(contextValue.settings);
      const account = accountOf(budgets, contextValue);
      let cost: Cost | undefined;
      let isAdmitted = false;
      let rows = 0;
      return {
        async didResolveOperation({ document, operation, request }) {
          cost = operation && judge(schema, document, operation, request.variables ?? {}, contextValue.actor);
          if (!cost) return;
          admit(account, cost);
          isAdmitted = true;
          onServed(contextValue, (page) => {
            rows += page.rows;
          });
        },
        async willSendResponse({ response }) {
          const actual = cost && isAdmitted ? actualCost(cost, rows) : 0;
          if (cost && isAdmitted) settle(account, cost.requested, actual);
          tell(response, account, cost && { requested: cost.requested, actual });
        },
      };
    },
  };
}

/** @throws GraphQLError COST_TOO_HIGH, or RATE_LIMITED with the seconds to wait */
function admit(account: Account, { requested }: Cost): void {
  const { perSecond } = account.budget;
  if (requested > perSecond) {
    const message = `the operation costs ${requested}: at most ${perSecond} is taken; ask for smaller pages, or for fewer lists within lists`;
    throw overLimit('COST_TOO_HIGH', message);
  }
  const available = availableIn(account);
  const wait = setAside(account, requested);
  if (wait === 0) return;
  const message = `the operation costs ${requested} and ${available} is left: send it again in ${counted(wait, 'second')}`;
  throw overBudget(message, wait);
}

/** The headers are those of draft-ietf-httpapi-ratelimit-headers-10, sections 3 and 4. */
function tell(
  { body, http }: GraphQLRequestContext<Context>['response'],
  account: Account,
  cost: { requested: number; actual: number } | undefined,
): void {
  const { name, capacity, perSecond } = account.budget;
  const available = availableIn(account);
  http.headers.set('ratelimit-policy', `"${name}";q=${capacity};w=${capacity / perSecond}`);
  http.headers.set('ratelimit', `"${name}";r=${available}`);
  if (!cost || body?.kind !== 'single') return;
  const result = body.singleResult as FormattedExecutionResult;
  result.extensions = { ...result.extensions, cost: { ...cost, available, restoreRate: perSecond } };
}
