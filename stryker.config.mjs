/** Changes the rules of access and identity one by one, and wants a test to fail each time: `npm run test:mutation`. */
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  mutate: ['src/domain/access/**/*.ts', 'src/domain/identity/**/*.ts'],
  // What a module makes when it is loaded, its schemas above all, would take every test for each of its mutants; the schemas
  // have tests of their own in the suites of bad input.
  ignoreStatic: true,
  // It would rewrite tsconfig.json with TypeScript's own API, which TypeScript 7 doesn't have; nothing in it needs that.
  tsconfigFile: 'none.json',
  reporters: ['progress-append-only', 'clear-text', 'json'],
  jsonReporter: { fileName: 'node_modules/.cache/stryker/report.json' },
  tempDirName: 'node_modules/.cache/stryker/sandbox',
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  concurrency: 2,
  thresholds: { high: 90, low: 80, break: 80 },
};
