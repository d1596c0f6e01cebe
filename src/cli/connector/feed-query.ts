import type { Query } from './gateway.js';
import type { FeedModule } from './modules.js';

/** Where a page of a feed begins and how many rows it may have. */
export interface PageRequest {
  after: string | null;
  first: number;
  /** Read by the gateway on the first page only. */
  since: string | null;
}

/** The query for one page of a module's feed. */
export function feedQuery(module: FeedModule, { after, first, since }: PageRequest): Query {
  const begins = module.items === 'nodes' && after === null && since !== null;
  return {
    document: documentOf(module, begins),
    variables: { first, ...(after === null ? {} : { after }), ...(begins ? { since } : {}) },
  };
}

function documentOf(module: FeedModule, withSince: boolean): string {
  const row = module.columns.map(({ name, selection }) => (selection ? `${name} { ${selection} }` : name)).join(' ');
  const items = module.items === 'nodes' ? `nodes { ${row} }` : `changes { kind id node { ${row} } }`;
  const [declared, passed] = withSince ? [', $since: DateTime', ', since: $since'] : ['', ''];
  return `query ConnectorImport($after: String, $first: Int!${declared}) {
  ${module.feed}(after: $after, first: $first${passed}) { ${items} nextCursor caughtUp }
}`;
}
