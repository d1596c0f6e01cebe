import type { AuditRecord } from '../../features/audits/audit.record.js';
import type { DemoOptions, DemoWorld } from './demo.js';
import { periodOf } from './period.js';
import { Random } from './random.js';
import { type Hour, hours } from './traffic.js';
import { Workplace } from './workplace.js';

/**
 * Exactly `options.audits` audits in time order, their source ids unique and increasing; the same options give the same
 * rows. `world` is what `makeWorld` made of these options. Memory does not grow with the number of audits.
 */
export function* demoAudits(options: DemoOptions, world: DemoWorld): Generator<AuditRecord> {
  const { script } = world;
  const workplace = new Workplace(options.seed, world);
  const random = new Random(options.seed, 'moments');
  const { roster } = workplace;
  const busyness: Parameters<typeof hours>[3] = (kind, hour) => roster.busyness(kind, hour) + roster.background;
  let serial = 0;
  let scripted = 0;
  for (const hour of hours(options.seed, periodOf(options), options.audits - script.length, busyness)) {
    workplace.turnTo(hour);
    for (let i = 0; i < hour.count; i++) {
      const ms = momentIn(hour, i + random.next());
      for (; scripted < script.length && script[scripted]!.at <= ms; scripted++) {
        yield { sourceId: sourceIdOf(++serial), ...script[scripted]!.record };
      }
      const audit = workplace.next(ms);
      audit.sourceId = sourceIdOf(++serial);
      audit.occurredAt = textOf(hour, ms);
      yield audit;
    }
  }
  for (; scripted < script.length; scripted++) yield { sourceId: sourceIdOf(++serial), ...script[scripted]!.record };
}

/** Rising with `place`, from 0 up to the hour's count: each audit has an equal part of the hour, so none is sorted. */
function momentIn({ from, until, count }: Hour, place: number): number {
  return Math.min(until - 1, from + Math.floor((place / count) * (until - from)));
}

const PADDED = Array.from({ length: 1000 }, (_, i) => String(i).padStart(3, '0'));
const MINUTES = Array.from(
  { length: 3600 },
  (_, i) => `${PADDED[Math.floor(i / 60)]!.slice(1)}:${PADDED[i % 60]!.slice(1)}.`,
);

/** RFC 3339, put together from ready parts: a Date for each row would cost more than all the rest of it. */
function textOf(hour: Hour, ms: number): string {
  const inHour = ms - hour.start;
  const second = Math.floor(inHour / 1000);
  return `${hour.prefix}${MINUTES[second]}${PADDED[inHour - second * 1000]}Z`;
}

function sourceIdOf(serial: number): string {
  const thousands = Math.floor(serial / 1000);
  const millions = Math.floor(thousands / 1000);
  return `demo-${PADDED[millions]}${PADDED[thousands - millions * 1000]}${PADDED[serial - thousands * 1000]}`;
}
