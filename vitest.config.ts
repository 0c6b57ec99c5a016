import { defineConfig } from 'vitest/config';

const shared = { pool: 'forks', testTimeout: 60_000, hookTimeout: 60_000 } as const;
const ELSEWHERE = ['test/isolation/**', 'test/aws/**', 'test/cache/**'];

export default defineConfig({
  test: {
    // One worker would leave the second core idle while tests wait for processes.
    maxWorkers: 2,
    reporters: ['default', './test/reporter/totals.ts'],
    // Files run in a new order each time, so that none comes to lean on another.
    sequence: { shuffle: { files: true, tests: false } },
    projects: [
      {
        // Files share a worker's modules, which a third of the time went into loading anew: so no test replaces a module,
        // and whatever one changes of the process it puts back.
        test: { ...shared, name: 'unit', include: ['test/**/*.test.ts'], exclude: ELSEWHERE, isolate: false },
      },
      {
        // Needs root, bubblewrap, a memory cgroup and the package registries.
        test: { ...shared, name: 'isolation', include: ['test/isolation/**/*.test.ts'] },
      },
      {
        // Needs a Redis or Valkey server, in REDIS_URL.
        test: { ...shared, name: 'cache', include: ['test/cache/**/*.test.ts'] },
      },
      {
        // Needs an endpoint that answers as AWS does, in AWS_ENDPOINT_URL.
        test: {
          ...shared,
          name: 'aws',
          include: ['test/aws/**/*.test.ts'],
          globalSetup: ['test/aws/setup/deploy.ts'],
          fileParallelism: false,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
