import type { Variables } from '../projects/index.ts';
import type { ServiceKey } from './model.ts';
import type { SourceCommit } from './ports.ts';

/** The variables that a build and an app see: the user's own, then those of the platform, which win.
 *  PORT is not among them: only compute knows it. */
export function composeVariables(input: {
  readonly own: Variables;
  readonly service: ServiceKey;
  readonly project_name: string;
  readonly deployment_id: string;
  readonly public_domain: string;
  readonly commit: SourceCommit;
}): Variables {
  return {
    ...input.own,
    RAILWAY_PUBLIC_DOMAIN: input.public_domain,
    RAILWAY_PROJECT_NAME: input.project_name,
    RAILWAY_PROJECT_ID: input.service.project_id,
    RAILWAY_ENVIRONMENT_NAME: input.service.environment,
    RAILWAY_SERVICE_NAME: input.service.name,
    RAILWAY_DEPLOYMENT_ID: input.deployment_id,
    RAILWAY_GIT_COMMIT_SHA: input.commit.sha,
    RAILWAY_GIT_BRANCH: input.commit.branch ?? '',
    RAILWAY_GIT_AUTHOR: input.commit.author,
    RAILWAY_GIT_COMMIT_MESSAGE: input.commit.message,
  };
}
