import { ConnectorError } from './connector-error.js';

const TOKEN_IN_PATH = /pag_[0-9A-Za-z]{16}/;

/**
 * The address that queries are posted to, from the gateway's address or its `/graphql`. Throws ConnectorError for what is
 * no http or https address and for one that carries a secret; the message never repeats the address then.
 */
export function endpointOf(url: string): string {
  const address = URL.canParse(url) ? new URL(url) : null;
  if (address === null || !/^https?:$/.test(address.protocol)) {
    throw new ConnectorError(
      'The URL must be the http or https address of a gateway, like https://gateway.example:4000.',
    );
  }
  if (address.username !== '' || address.password !== '') {
    throw new ConnectorError('The URL must not carry a user name or password: the token is given by itself.');
  }
  if (address.search !== '' || address.hash !== '' || TOKEN_IN_PATH.test(address.pathname)) {
    throw new ConnectorError(
      'The URL must not carry a token, a query or a fragment: give the address of the gateway only.',
    );
  }
  const path = address.pathname.replace(/\/+$/, '');
  return `${address.origin}${path.endsWith('/graphql') ? path : `${path}/graphql`}`;
}
