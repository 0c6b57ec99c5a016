import process from 'node:process';
import type { Reporter, TestModule } from 'vitest/node';

/** Prints `N passed, N failed` as the very last line, for people and for CI. Files that failed to load count as failed. */
export default class TotalsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandled.length;
    for (const module of modules) {
      const before = passed + failed;
      for (const test of module.children.allTests()) {
        const state = test.result().state;
        if (state === 'passed') passed += 1;
        if (state === 'failed') failed += 1;
      }
      const nothing_ran = passed + failed === before;
      if (nothing_ran && module.state() === 'failed') failed += 1;
    }
    // The default reporter's summary is written in the same phase; the next tick comes after it.
    process.on('exit', () => process.stdout.write(`${passed} passed, ${failed} failed\n`));
  }
}
