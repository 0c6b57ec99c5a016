import { ACCOUNT_OPERATIONS } from './account.ts';
import { DEPLOYMENT_OPERATIONS } from './deployments.ts';
import type { Operation } from './operation.ts';
import { PROJECT_OPERATIONS } from './projects.ts';
import { SESSION_OPERATIONS } from './sessions.ts';
import { TEAM_OPERATIONS } from './team.ts';

export type { Operation } from './operation.ts';

/** Every operation, by name. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...PROJECT_OPERATIONS,
  ...DEPLOYMENT_OPERATIONS,
  ...ACCOUNT_OPERATIONS,
  ...SESSION_OPERATIONS,
  ...TEAM_OPERATIONS,
};
