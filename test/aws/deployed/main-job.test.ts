import { basename } from 'node:path';
import { inject } from 'vitest';
import { signUpClient } from '../../support/deployed-api.ts';
import { mainJobSuite } from '../../support/main-job.ts';

mainJobSuite('on AWS', async () => ({
  isolation: 'microvm',
  address: /^https:\/\/[0-9a-f]{8}\.ecs\./,
  signUp: () => signUpClient('ada'),
  repositoryUrl: ({ path }) => `${inject('git_url')}${basename(path)}`,
  remove: async () => undefined,
}));
