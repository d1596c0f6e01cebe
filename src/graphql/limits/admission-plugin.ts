import type { GraphQLRequestContext } from '@apollo/server';
import type { FormattedExecutionResult, GraphQLSchema } from 'graphql';
import { clientOf } from '../client.js';
import type { Context } from '../context.js';
import type { Plugin } from '../phases.js';
import { onServed, onWork } from '../served.js';
import { type Account, accountOf, availableIn, type Budgets, budgetHeaders, setAside, settle } from './budgets.js';
import { actualCost, type Cost } from './cost.js';
import { overBudget, overLimit, saidOverBudget } from './limit.js';
import { judge } from './verdict.js';

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
        cost = operation && judge(schema, document, operation, request.variables ?? {}, contextValue.actor);
        if (!cost) return;
        admit(account, cost, contextValue);
        isAdmitted = true;
        onServed(contextValue, (page) => {
          rows += page.rows;
        });
        onWork(contextValue, (cost) => {
          work += cost;
        });
      },
      willSendResponse({ response }) {
        const actual = cost && isAdmitted ? Math.max(actualCost(cost, rows), work) : 0;
        if (cost && isAdmitted) settle(account, cost.requested, actual);
        tell(response, account, cost && { requested: cost.requested, actual });
      },
    };
  };
}

/**
 * What would be refused at any time is a fault of its sender; what is refused now is turned away.
 * @throws GraphQLError COST_TOO_HIGH, or RATE_LIMITED with the seconds to wait
 */
function admit(account: Account, { requested, turnedAway }: Cost, context: Context): void {
  const { perSecond } = account.budget;
  if (requested > perSecond) {
    const message = `the operation costs ${requested}: at most ${perSecond} is taken; ask for smaller pages, or for fewer lists within lists`;
    throw overLimit('COST_TOO_HIGH', message);
  }
  const available = availableIn(account);
  const wait = Math.ceil(setAside(account, requested) / 1_000);
  if (wait === 0) return;
  for (const told of turnedAway) told(context);
  throw overBudget(saidOverBudget('the operation costs', requested, available, wait), wait);
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
