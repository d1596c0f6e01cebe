import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../../graphql/context.js';
import { type Account, availableIn, charge, reserve } from '../../graphql/limits/budgets.js';
import { overBudgetMessage } from '../../graphql/limits/limit.js';
import { onPageRead, onWork } from '../../graphql/rows-read.js';
import { AppError } from '../../lib/app-error.js';
import { CHUNK } from './answer-text.js';
import type { OpenStream } from './open-streams.js';

/** The most milliseconds that a feed waits without looking whether it may go on. */
const LOOK = 500;

/** What a feed draws on its actor's budget: each chunk what a page of the same rows does, at least 1. */
export interface StreamBudget {
  /**
   * Sets the next chunk aside. Where the budget would be left with less than one operation may cost, it waits, in line with
   * the actor's other feeds, and holds nothing meanwhile.
   * @throws AppError where it may not go on; AbortError when the feed is over
   */
  nextChunk(): Promise<void>;
  /** Settles what is set aside for a chunk that was not read. */
  end(): void;
}

/** What a feed waits for before each further chunk. */
export interface BeforeChunk {
  /** Throws if the feed may not go on. */
  readonly mayGoOn: () => Promise<void>;
  /** Waits for the client's turn; call the function that it returns when the chunk was read. */
  readonly beginPart: () => Promise<() => void>;
}

/**
 * Begins a feed of at most `rows`: it is admitted like an operation that costs one chunk.
 * @throws AppError RATE_LIMITED
 */
export function openStreamBudget(
  { account, line, over }: OpenStream,
  context: Context,
  rows: number,
  { mayGoOn, beginPart }: BeforeChunk,
): StreamBudget {
  const { perSecond } = account.budget;
  const chunk = Math.min(CHUNK, rows, Math.floor(perSecond / 2));
  admit(account, chunk);
  let aside = chunk;
  const take = (cost: number) => {
    charge(account, aside, cost);
    aside = 0;
  };
  let work = 0;
  let endPart: (() => void) | undefined;
  onWork(context, (cost) => {
    work += cost;
  });
  onPageRead(context, (page) => {
    take(Math.max(1, page.rows, work));
    work = 0;
    endPart?.();
  });
  return {
    async nextChunk() {
      const leaveLine = await line.acquire();
      try {
        for (;;) {
          await mayGoOn();
          over.throwIfAborted();
          const wait = reserve(account, chunk, perSecond);
          if (wait === 0) break;
          await sleep(Math.min(wait, LOOK), undefined, { signal: over });
        }
        aside = chunk;
        endPart = await beginPart();
      } finally {
        leaveLine();
      }
    },
    end() {
      if (aside > 0) take(1);
      endPart?.();
    },
  };
}

function admit(account: Account, chunk: number): void {
  const available = availableIn(account);
  const wait = Math.ceil(reserve(account, chunk) / 1_000);
  if (wait === 0) return;
  throw new AppError('RATE_LIMITED', overBudgetMessage('the feed begins with', chunk, available, wait), wait);
}
