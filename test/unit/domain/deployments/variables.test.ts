import { expect, test } from 'vitest';
import { composeVariables } from '../../../../src/domain/deployments/variables.ts';
import { COMMIT, SERVICE } from '../../../support/things.ts';

const INPUT = {
  own: { API_KEY: 'k', RAILWAY_PROJECT_ID: 'forged' },
  service: SERVICE,
  project_name: 'shop',
  deployment_id: 'dpl_1',
  public_domain: 'shop.test',
  commit: COMMIT,
};

test('an app sees its own variables and the platform’s, which win', () => {
  expect(composeVariables(INPUT)).toEqual({
    API_KEY: 'k',
    RAILWAY_PUBLIC_DOMAIN: 'shop.test',
    RAILWAY_PROJECT_NAME: 'shop',
    RAILWAY_PROJECT_ID: SERVICE.project_id,
    RAILWAY_ENVIRONMENT_NAME: 'production',
    RAILWAY_SERVICE_NAME: 'web',
    RAILWAY_DEPLOYMENT_ID: 'dpl_1',
    RAILWAY_GIT_COMMIT_SHA: COMMIT.sha,
    RAILWAY_GIT_BRANCH: 'main',
    RAILWAY_GIT_AUTHOR: COMMIT.author,
    RAILWAY_GIT_COMMIT_MESSAGE: COMMIT.message,
  });
});

test('a commit of no branch gives an empty branch, not the text null', () => {
  const variables = composeVariables({ ...INPUT, commit: { ...COMMIT, branch: null } });

  expect(variables['RAILWAY_GIT_BRANCH']).toBe('');
});
