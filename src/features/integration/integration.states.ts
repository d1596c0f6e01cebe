import { AuthTokenState } from './auth-token.js';
import { IntegrationStatus } from './integration.js';

const { NOT_CONFIGURED, ENABLED, DISABLED } = IntegrationStatus;
const { NONE, PENDING_SAVE, AVAILABLE } = AuthTokenState;

/** `token` is PENDING_SAVE also where another token is in effect meanwhile. */
export interface IntegrationState {
  readonly status: IntegrationStatus;
  readonly token: AuthTokenState;
}

export type IntegrationMutation =
  | 'generateAuthToken'
  | 'saveIntegration'
  | 'enableIntegration'
  | 'disableIntegration'
  | 'removeIntegration';

/** The code of a refusal: nothing was saved that could be enabled or disabled. */
export type StateRefusal = 'NOT_CONFIGURED';

/** The state that a mutation leads to, or why it is refused. A state that leads to itself is not changed. */
export function nextState(
  mutation: IntegrationMutation,
  { status, token }: IntegrationState,
): IntegrationState | StateRefusal {
  switch (mutation) {
    case 'generateAuthToken':
      return { status, token: PENDING_SAVE };
    case 'saveIntegration':
      return { status: ENABLED, token: token === NONE ? NONE : AVAILABLE };
    case 'enableIntegration':
      return status === NOT_CONFIGURED ? 'NOT_CONFIGURED' : { status: ENABLED, token };
    case 'disableIntegration':
      return status === NOT_CONFIGURED ? 'NOT_CONFIGURED' : { status: DISABLED, token };
    case 'removeIntegration':
      return { status: NOT_CONFIGURED, token: NONE };
  }
}
