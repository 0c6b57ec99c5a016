import * as z from 'zod';
import { idSchema } from '../shared/schemas.ts';
import { failureReasonSchema } from './model.ts';

const deploymentData = z.strictObject({
  deployment_id: idSchema('dpl'),
  project_id: idSchema('prj'),
  service: z.string(),
  environment: z.string(),
  rollback_of: idSchema('dpl').nullable(),
});

const endedData = deploymentData.extend({
  /** From its start to its end, in milliseconds. */
  duration_ms: z.int().min(0),
  build_duration_ms: z.int().min(0),
});

/** Events of this module by type: the schema of `data`. */
export const DEPLOYMENT_EVENTS = {
  'branchline.deployment.queued': deploymentData,
  'branchline.deployment.building': deploymentData,
  'branchline.deployment.deploying': deploymentData,
  'branchline.deployment.succeeded': endedData,
  'branchline.deployment.failed': endedData.extend({ reason: failureReasonSchema }),
  'branchline.deployment.cancelled': endedData,
  'branchline.deployment.rolled_back': endedData,
} as const;
export type DeploymentEventType = keyof typeof DEPLOYMENT_EVENTS;
