import { MINIMUM_ANALYTICS_PLUS_BUILD } from '../minimum-build.js';
import type { Answer } from './answer.js';
import { type Finding, fail, pass, skipped, warn } from './finding.js';

/**
 * The signs of Analytics Plus in headers and page. No document names them: they are inferred from what its pages are called,
 * and from ZROP, the short name of its parent product, Zoho Reports On-Premise, in its cookies and paths.
 */
const ITS_NAME = /analytics ?plus|zrop/i;
const ITS_MAKER = /manageengine/i;

/** The products that this gateway stands before bear the maker's name, too, and may be saved by mistake. */
const THE_SOURCE = /pam360|password ?manager ?pro/i;

/** As in `"buildNumber":"4301"`, `build=4301` and `Build 4301`; inferred, too. */
const BUILD = /build(?:[ _-]?(?:number|no\.?))?["' ]{0,2}[:=]?["' ]{0,2}(\d{1,9})(?!\.?\d)/i;

/** RFC 9110, 5.6.7, the one form that a server may send. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Seconds. */
const GOOD_CLOCK = 5;
const BAD_CLOCK = 300;

/** Whether there is an HTTP answer that looks like one of Analytics Plus. */
export function checkAnswer(answer: Answer | string | undefined): Finding {
  if (answer === undefined) {
    return fail(
      'No HTTP answer came in time: see whether Analytics Plus is starting or overloaded, and whether the port is its own.',
    );
  }
  if (typeof answer === 'string') return fail(errorOf(answer));
  if (!isAnalyticsPlus(answer)) {
    return warn(
      'There is an HTTP answer, but it does not look like Analytics Plus: see whether host name and port are its own.',
    );
  }
  if (answer.status >= 500) {
    return warn('Analytics Plus answers that it failed: wait until it has started, or look at its log.');
  }
  return pass('The HTTP answer looks like one of Analytics Plus.');
}

/** Whether Analytics Plus is new enough, if it tells its build. */
export function checkBuild(answer: Answer): Finding {
  const [, build] = (isAnalyticsPlus(answer) && BUILD.exec(answer.text)) || [];
  if (build === undefined) {
    return skipped(
      `No build is told there: see in Analytics Plus itself that it is ${MINIMUM_ANALYTICS_PLUS_BUILD} or later.`,
    );
  }
  return Number(build) >= MINIMUM_ANALYTICS_PLUS_BUILD
    ? pass(`Analytics Plus has build ${Number(build)}.`)
    : fail(`Analytics Plus has build ${Number(build)}, older than ${MINIMUM_ANALYTICS_PLUS_BUILD}: update it.`);
}

/** How far the clocks of the two machines are apart, by the Date header. */
export function checkClock({ date, receivedAt }: Pick<Answer, 'date' | 'receivedAt'>): Finding {
  const time = date !== undefined && HTTP_DATE.test(date) ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(time)) return skipped('The answer tells no time: compare the clocks of the two machines yourself.');
  const seconds = Math.round(Math.abs(time - receivedAt) / 1_000);
  if (seconds <= GOOD_CLOCK) return pass('The clocks of the two machines agree.');
  const apart = `The clock of Analytics Plus is ${seconds} seconds ${time < receivedAt ? 'behind' : 'ahead'}`;
  const advice = 'set both machines by a time server (NTP).';
  return seconds <= BAD_CLOCK ? warn(`${apart}: ${advice}`) : fail(`${apart}: ${advice}`);
}

function isAnalyticsPlus({ text }: Answer): boolean {
  return ITS_NAME.test(text) || (ITS_MAKER.test(text) && !THE_SOURCE.test(text));
}

function errorOf(code: string): string {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return 'The headers of the HTTP answer are larger than 16 KB: see whether host name and port are those of Analytics Plus.';
  }
  if (code.startsWith('HPE_')) {
    return 'What answers does not speak HTTP: see whether host name and port are those of Analytics Plus.';
  }
  return 'The connection was closed without an HTTP answer: see whether host name and port are those of Analytics Plus.';
}
