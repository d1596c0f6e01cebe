/** The rows of a page of a connection where the operation does not say how many. */
export const DEFAULT_SIZE = 100;

/** The most rows of a page, by who asks. */
export const MAX_PAGE = { SESSION: 1_000, CONNECTOR: 10_000, INGEST: 1_000 } as const;
