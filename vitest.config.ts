import { defineConfig } from 'vitest/config';

const shared = { pool: 'forks', testTimeout: 60_000, hookTimeout: 60_000 } as const;

export default defineConfig({
  test: {
    reporters: ['default', './test/reporter/totals.ts'],
    // Files run in a new order each time, so that none comes to lean on another.
    sequence: { shuffle: { files: true, tests: false } },
    projects: [
      {
        test: { ...shared, name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/isolation/**'] },
      },
      {
        // Needs root, bubblewrap, a memory cgroup and the package registries.
        test: { ...shared, name: 'isolation', include: ['test/isolation/**/*.test.ts'] },
      },
    ],
  },
});
