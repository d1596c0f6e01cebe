import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Actor } from '../../graphql/context.js';
import type { Account } from '../../graphql/limits/budgets.js';
import { AppError } from '../../lib/app-error.js';
import { Mutex } from '../../lib/mutex.js';

/** Milliseconds that answers have to come to their end when the server stops; those that do not are cut, for all to see. */
const GRACE = 5_000;

/** The feeds that one actor may have open at once; a connector has a few for each module; an ingest token reads none. */
const MAX_STREAMS: Record<Actor['kind'], number> = { CONNECTOR: 8, SESSION: 4, INGEST: 0 };

/** Seconds after which another one may be tried: when one ends is not known. */
const SOON = 5;

/** A feed that is open: until its answer was sent, or its client has left. */
export interface OpenStream {
  readonly account: Account;
  /** Where the feeds of an actor that wait for its budget stand in line. */
  readonly line: Mutex;
  /** Aborts when the feed is over, and when it is cut. */
  readonly over: AbortSignal;
  /** Has what is sent end with the feed; returns the same stream. */
  send(stream: Readable): Readable;
}

interface TrackedStream extends OpenStream {
  end(error?: Error): void;
}

export interface OpenStreams {
  /** @throws AppError TOO_MANY_STREAMS */
  begin(request: FastifyRequest, account: Account): OpenStream;
}

/** Keeps the feeds that are open, and cuts them when the server stops. */
export function trackOpenStreams(app: FastifyInstance): OpenStreams {
  const running = new Set<TrackedStream>();
  let timer: NodeJS.Timeout | undefined;
  app.addHook('preClose', async () => {
    timer = setTimeout(() => {
      for (const feed of running) feed.end(new Error('the server stops'));
    }, GRACE);
  });
  app.addHook('onClose', async () => clearTimeout(timer));
  return {
    begin({ actor, raw }, account) {
      const others = [...running].filter((feed) => isSame(feed.account, account));
      checkNumber(actor!.kind, others.length);
      const feed = open(account, others[0]?.line ?? new Mutex());
      running.add(feed);
      // Of a client that has left before, nothing is heard any more.
      if (raw.destroyed) leave();
      else raw.once('close', leave);
      return feed;

      function leave() {
        running.delete(feed);
        feed.end();
      }
    },
  };
}

function open(account: Account, line: Mutex): TrackedStream {
  const ending = new AbortController();
  let sent: Readable | undefined;
  return {
    account,
    line,
    over: ending.signal,
    send(stream) {
      sent = stream;
      if (ending.signal.aborted) stream.destroy();
      return stream;
    },
    end(error) {
      ending.abort();
      sent?.destroy(error);
    },
  };
}

function checkNumber(kind: Actor['kind'], others: number): void {
  const most = MAX_STREAMS[kind];
  if (others < most) return;
  const whose = kind === 'CONNECTOR' ? 'auth token' : 'user';
  const message = `${most} feeds of this ${whose} are open, which is the most: read one to its end or close it, then send this again`;
  throw new AppError('TOO_MANY_STREAMS', message, SOON);
}

function isSame(one: Account, other: Account): boolean {
  return one.budget === other.budget && one.key === other.key;
}
