import { asksForResync } from './refusals.js';

const MAX_RESTARTS = 3;

/**
 * Follows a feed to its end. Where the gateway asks to begin anew, as it does when the scope widens, `beginAnew` prepares
 * that and the feed is followed again: three times at most, then the refusal is thrown.
 */
export async function withRestarts<T>(follow: () => Promise<T>, startOver: () => void | Promise<void>): Promise<T> {
  for (let restarts = 0; ; restarts++) {
    try {
      return await follow();
    } catch (error) {
      if (!asksForResync(error) || restarts === MAX_RESTARTS) throw error;
      await startOver();
    }
  }
}
