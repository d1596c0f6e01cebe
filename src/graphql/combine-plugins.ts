import type { ApolloServerPlugin, GraphQLRequestContext, GraphQLRequestListener } from '@apollo/server';
import { yieldToOthers } from '../lib/event-loop.js';
import type { Context } from './context.js';
import { mayPush } from './limits/body.js';

type Listener = Required<GraphQLRequestListener<Context>>;
type At<Phase extends keyof Listener> = (request: Parameters<Listener[Phase]>[0]) => void;

/** What is done with one request when it comes to a phase of Apollo's. What is thrown refuses the operation. */
export interface Phases {
  readonly didResolveSource?: At<'didResolveSource'>;
  readonly validationDidStart?: At<'validationDidStart'>;
  readonly didResolveOperation?: At<'didResolveOperation'>;
  /** The operation was not refused, and is about to run. Of all phases only this one may take time. */
  readonly didAdmit?: (request: Parameters<Listener['didResolveOperation']>[0]) => Promise<void>;
  readonly didEncounterErrors?: At<'didEncounterErrors'>;
  readonly willSendResponse?: At<'willSendResponse'>;
}

/** Begins with a request. */
export type Plugin = (request: GraphQLRequestContext<Context>) => Phases;

/**
 * Several plugins, which have their turns in this order, as one of Apollo's: it waits for each of its own at each phase,
 * also where that has nothing to do, which costs more than what is done.
 */
export function combinePlugins(...plugins: readonly Plugin[]): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async (begun) => {
      const all = plugins.map((plugin) => plugin(begun));
      return {
        async didResolveSource(request) {
          for (const phases of all) phases.didResolveSource?.(request);
        },
        async validationDidStart(request) {
          for (const phases of all) phases.validationDidStart?.(request);
        },
        async didResolveOperation(request) {
          for (const phases of all) phases.didResolveOperation?.(request);
          for (const phases of all) await phases.didAdmit?.(request);
          // What is pushed may be large: its execution has a turn of the event loop of its own.
          if (mayPush(request.contextValue.actor) && request.operation?.operation === 'mutation') await yieldToOthers();
        },
        async didEncounterErrors(request) {
          for (const phases of all) phases.didEncounterErrors?.(request);
        },
        async willSendResponse(request) {
          for (const phases of all) phases.willSendResponse?.(request);
        },
      };
    },
  };
}
