import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { OutageLog } from '../lib/outage-log.js';
import { combinePlugins, type Plugin } from './combine-plugins.js';
import type { Context } from './context.js';
import { formatError, isUnavailable, isUnexpected } from './errors.js';
import { admissionPlugin } from './limits/admission-plugin.js';
import type { Budgets } from './limits/budgets.js';
import { LIMITS } from './limits/limit.js';
import { limitsPlugin } from './limits/limits-plugin.js';
import { readRecordsPlugin } from './read-records.js';
import { redactErrorsPlugin } from './redact-errors.js';
import { refusedPlugin } from './refused.js';
import { rawJsonOf } from './rows/raw-json.js';
import { unavailablePlugin } from './unavailable.js';
import { attachVariables } from './variables.js';

/** Headers that a browser sends across origins only after it asked; with one of them a GET cannot be forged. */
export const UNFORGEABLE_HEADERS = [
  'authorization',
  'authtoken',
  'x-apollo-operation-name',
  'apollo-require-preflight',
];

/** `outage` is given what fails because the database, or something else that the gateway needs, is unavailable. */
export function makeApollo(
  schema: GraphQLSchema,
  logger: Logger,
  budgets: Budgets,
  outage = new OutageLog(logger),
): ApolloServer<Context> {
  return new ApolloServer<Context>({
    schema,
    // Who may introspect is the guard's to say.
    introspection: true,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: false,
    stopOnTerminationSignals: false,
    persistedQueries: false,
    // The plugin of the limits keeps documents.
    documentStore: null,
    parseOptions: { maxTokens: LIMITS.tokens },
    csrfPrevention: { requestHeaders: UNFORGEABLE_HEADERS },
    formatError,
    stringifyResult: (answer) => JSON.stringify(answer),
    logger,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      combinePlugins(
        limitsPlugin(schema),
        readRecordsPlugin(schema),
        admissionPlugin(schema, budgets),
        rawJsonPlugin,
        redactErrorsPlugin,
        refusedPlugin,
        unavailablePlugin,
        logPlugin(logger, outage),
      ),
    ],
  });
}

/** Lists whose JSON is there already are put into the answer's text, in the places that are marked here; what writes them reads variables. */
const rawJsonPlugin: Plugin = ({ schema }) => ({
  didResolveOperation({ operation, request, contextValue }) {
    if (operation) attachVariables(contextValue, { schema, operation, variables: request.variables ?? {} });
  },
  willSendResponse({ response, contextValue }) {
    if (response.body.kind === 'single') rawJsonOf(contextValue)?.mark(response.body.singleResult.data);
  },
});

function logPlugin(logger: Logger, outage: OutageLog): Plugin {
  return () => ({
    didEncounterErrors({ errors, contextValue }) {
      for (const error of errors) {
        const { requestId } = contextValue;
        const problem = { reqId: requestId, path: error.path, err: error.originalError ?? error };
        if (isUnexpected(error)) logger.error(problem, 'a field failed');
        else if (isUnavailable(error)) outage.failed(problem);
      }
    },
  });
}
