import { afterAll, describe, vi } from 'vitest';
import { deleteTables } from '../../support/aws-tables.ts';

// The suites open their tables through this module; here they get DynamoDB ones.
vi.mock('../../support/tables.ts', () => import('../../support/aws-tables.ts'));

afterAll(deleteTables);

const SUITES = {
  buckets: () => import('../../contract/stores/buckets.test.ts'),
  'deployments in lists': () => import('../../contract/stores/deployments-lists.test.ts'),
  'deployments and their lock': () => import('../../contract/stores/deployments-lock.test.ts'),
  identity: () => import('../../contract/stores/identity.test.ts'),
  invitations: () => import('../../contract/stores/invitations.test.ts'),
  projects: () => import('../../contract/stores/projects.test.ts'),
  'remains of deleted projects': () => import('../../contract/stores/project-remains.test.ts'),
  releases: () => import('../../contract/stores/releases.test.ts'),
  'roll-ups': () => import('../../contract/stores/roll-ups.test.ts'),
  sessions: () => import('../../contract/stores/sessions.test.ts'),
  credentials: () => import('../../contract/stores/credentials.test.ts'),
  services: () => import('../../contract/stores/services.test.ts'),
  'sign-ins': () => import('../../contract/stores/sign-ins.test.ts'),
  teams: () => import('../../contract/stores/teams.test.ts'),
  'tenant scope': () => import('../../contract/stores/tenant-scope.test.ts'),
};

for (const [name, load] of Object.entries(SUITES)) {
  describe(`stores on DynamoDB: ${name}`, async () => {
    await load();
  });
}
