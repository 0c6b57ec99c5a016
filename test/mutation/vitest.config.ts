import { defineConfig } from 'vitest/config';

/** The tests that hold the rules of access and identity, for Stryker, which changes those rules and wants a test to fail. */
export default defineConfig({
  test: {
    pool: 'forks',
    include: [
      'test/unit/domain/{access,identity}/**/*.test.ts',
      'test/handlers/{auth,team,tokens,users}/**/*.test.ts',
    ],
  },
});
