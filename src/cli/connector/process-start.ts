import { readFileSync } from 'node:fs';

/**
 * When a process started, in the operating system's own ticks, to tell it from a later one of the same number; null where
 * the system does not say.
 */
export function processStart(pid: number): string | null {
  return statOf(pid)?.[19] ?? null;
}

/** Whether a process of this number runs; one that has ended but was not yet waited for does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return statOf(pid)?.[0] !== 'Z';
}

/** The fields of Linux' /proc/PID/stat from the third on: the second is a name in parentheses that may hold spaces. */
function statOf(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}
