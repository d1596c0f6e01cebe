import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with one line that says how many tests passed and failed; a file that could not run counts as failed. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let failed = errors.length;
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      passed += tests.filter((test) => test.result().state === 'passed').length;
      const failures = tests.filter((test) => test.result().state === 'failed').length;
      failed += Math.max(failures, module.state() === 'failed' && failures === 0 ? 1 : 0);
    }
    process.once('exit', () => console.log(`${passed} passed, ${failed} failed`));
  }
}
