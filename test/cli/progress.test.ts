import { describe, expect, test } from 'vitest';
import { Progress } from '../../src/cli/progress.js';

class Terminal {
  written = '';
  constructor(
    readonly isTTY: boolean,
    readonly columns = 80,
  ) {}
  write(text: string): void {
    this.written += text;
  }
}

/** A progress of which each update takes a second. */
function show(stream: Terminal, updates: number[], total?: number) {
  let ms = 0;
  const options = { stream, unit: 'audits', now: () => ms, ...(total === undefined ? {} : { total }) };
  const progress = new Progress('AUDITS', options);
  for (const done of updates) {
    ms += 1000;
    progress.update(done);
  }
  progress.finish();
  return stream.written;
}

describe('on a terminal', () => {
  test('one line is drawn again, and left at the end', () => {
    const written = show(new Terminal(true), [1000, 2000]);
    expect(written).toBe(
      '\rAUDITS: 1,000 audits, 1,000/s, 0:01\x1b[K\rAUDITS: 2,000 audits, 1,000/s, 0:02\x1b[K\rAUDITS: 2,000 audits, 1,000/s, 0:02\x1b[K\n',
    );
  });

  test('a known total gives a bar, a share and the time that is left', () => {
    const written = show(new Terminal(true), [2500], 10_000);
    expect(written).toContain(
      `\r[#####----------------] AUDITS: 25%, 2,500 of 10,000 audits, 2,500/s, 0:03 left\x1b[K`,
    );
  });

  test.each([1, 10, 30, 60, 100, 200])('no line is wider than %i columns', (columns) => {
    const lines = show(new Terminal(true, columns), [1000, 400_000, 10_000_000], 10_000_000).split('\r');
    for (const line of lines) expect(line.replace('\x1b[K', '').trimEnd().length).toBeLessThanOrEqual(columns);
  });

  test('updates that come faster than an eye sees are not drawn', () => {
    const stream = new Terminal(true);
    const progress = new Progress('AUDITS', { stream, now: () => 0 });
    for (let done = 0; done < 1000; done++) progress.update(done);
    expect(stream.written.split('\r')).toHaveLength(2);
  });
});

describe('elsewhere', () => {
  test('a plain line is written every five seconds and at the end', () => {
    const written = show(new Terminal(false), [1, 2, 3, 4, 5, 6, 7]);
    expect(written).toBe('AUDITS: 5 audits, 1/s, 0:05\nAUDITS: 7 audits, 1/s, 0:07\n');
  });

  test('more than was expected is no more than all of it', () => {
    expect(show(new Terminal(false), [15], 10)).toBe('AUDITS: 100%, 15 of 10 audits, 15/s, 0:01\n');
  });

  test('hours are written out', () => {
    expect(show(new Terminal(false), [1], 3_900)).toContain('1:04:59 left');
  });

  test('nothing of nothing is all of it', () => {
    expect(show(new Terminal(false), [0], 0)).toBe('AUDITS: 100%, 0 of 0 audits, 0/s, 0:01\n');
  });
});
