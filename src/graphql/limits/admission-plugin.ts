import type { GraphQLRequestContext } from '@apollo/server';
import type { FormattedExecutionResult, GraphQLSchema } from 'graphql';
import { clientOf } from '../client.js';
import type { Plugin } from '../combine-plugins.js';
import type { Context } from '../context.js';
import { onPageRead, onWork } from '../rows-read.js';
import { authorizeAndCost } from './authorize-and-cost.js';
import { type Account, accountOf, availableIn, type Budgets, budgetHeaders, charge, reserve } from './budgets.js';
import { actualCost, type Cost } from './cost.js';
import { overBudget, overBudgetMessage, overLimit } from './limit.js';

/**
 * Lets an operation run where its actor may do it and has the budget for it. Its cost is set
 * aside before it runs, and what it has cost is taken afterwards. Every answer says so, in `extensions.cost` and in headers.
 */
export function admissionPlugin(schema: GraphQLSchema, budgets: Budgets): Plugin {
  return ({ contextValue }) => {
    const account = accountOf(budgets, contextValue.actor, clientOf(contextValue));
    let cost: Cost | undefined;
    let isAdmitted = false;
    let rows = 0;
    let work = 0;
    return {
      didResolveOperation({ document, operation, request }) {
        cost = operation && authorizeAndCost(schema, document, operation, request.variables ?? {}, contextValue.actor);
        if (!cost) return;
        admit(account, cost, contextValue);
        isAdmitted = true;
        onPageRead(contextValue, (page) => {
          rows += page.rows;
        });
        onWork(contextValue, (cost) => {
          work += cost;
        });
      },
      willSendResponse({ response }) {
        const actual = cost && isAdmitted ? Math.max(actualCost(cost, rows), work) : 0;
        if (cost && isAdmitted) charge(account, cost.requested, actual);
        tell(response, account, cost && { requested: cost.requested, actual });
      },
    };
  };
}

/**
 * What would be refused at any time is a fault of its sender; what is refused now is turned away.
 * @throws GraphQLError COST_TOO_HIGH, or RATE_LIMITED with the seconds to wait
 */
function admit(account: Account, { requested, onRateLimited }: Cost, context: Context): void {
  const { perSecond } = account.budget;
  if (requested > perSecond) {
    const message = `the operation costs ${requested}: at most ${perSecond} is taken; ask for smaller pages, or for fewer lists within lists`;
    throw overLimit('COST_TOO_HIGH', message);
  }
  const available = availableIn(account);
  const wait = Math.ceil(reserve(account, requested) / 1_000);
  if (wait === 0) return;
  for (const callback of onRateLimited) callback(context);
  throw overBudget(overBudgetMessage('the operation costs', requested, available, wait), wait);
}

function tell(
  { body, http }: GraphQLRequestContext<Context>['response'],
  account: Account,
  cost: { requested: number; actual: number } | undefined,
): void {
  for (const [name, value] of Object.entries(budgetHeaders(account))) http.headers.set(name, value);
  if (!cost || body?.kind !== 'single') return;
  const result = body.singleResult as FormattedExecutionResult;
  const available = availableIn(account);
  result.extensions = { ...result.extensions, cost: { ...cost, available, restoreRate: account.budget.perSecond } };
}
