import * as z from 'zod';
import { idSchema, timestampSchema } from '../shared/schemas.ts';
import { FAILURE_REASONS, type FailureReason } from './failure.ts';

export const deploymentStatusSchema = z.enum([
  'queued',
  'building',
  'deploying',
  'success',
  'failed',
  'cancelled',
  'crashed',
  'removed',
  'skipped',
  'sleeping',
]);
export type DeploymentStatus = z.infer<typeof deploymentStatusSchema>;

export const failureReasonSchema = z.enum(
  Object.keys(FAILURE_REASONS) as [FailureReason, ...FailureReason[]],
);

/** How well an app is kept from the rest of the machine; the weaker ones are no tenant isolation. */
export const isolationSchema = z.enum(['bubblewrap', 'user', 'none', 'container', 'microvm']);
export type Isolation = z.infer<typeof isolationSchema>;

/** The steps that a deployment's timeline can have, in order; each is a state of deploy.asl.json. */
export const stepNameSchema = z.enum([
  'prepare',
  'build',
  'publish_image',
  'pre_deploy',
  'release',
  'health_check',
  'switch_route',
]);
export type StepName = z.infer<typeof stepNameSchema>;

export const stepSchema = z.strictObject({
  name: stepNameSchema,
  status: z.enum(['running', 'success', 'failed', 'cancelled']),
  started_at: timestampSchema,
  /** Milliseconds; null while it runs. */
  duration_ms: z.int().min(0).nullable(),
});
export type Step = z.infer<typeof stepSchema>;

/** What a deployment was asked to deploy. */
export const sourceRequestSchema = z.strictObject({
  branch: z.string().nullable(),
  commit: z.string().nullable(),
});

export const deploymentSchema = z.strictObject({
  id: idSchema('dpl'),
  tenant_id: idSchema('ten'),
  project_id: idSchema('prj'),
  service: z.string(),
  environment: z.string(),
  status: deploymentStatusSchema,
  requested: sourceRequestSchema,
  branch: z.string().nullable(),
  /** The full commit id once it is resolved. */
  commit: z.string().nullable(),
  commit_message: z.string().nullable(),
  commit_author: z.string().nullable(),
  release_id: idSchema('rel').nullable(),
  /** The deployment whose release this one returns to. */
  rollback_of: idSchema('dpl').nullable(),
  isolation: isolationSchema.nullable(),
  /** The service's address; set when the deployment succeeded. */
  url: z.string().nullable(),
  failure: z.strictObject({ reason: failureReasonSchema, message: z.string() }).nullable(),
  created_by: idSchema('usr'),
  /** Whose the project is: a deployment is its owner's as well as theirs who asked for it. Owners don't change. */
  project_owner_id: idSchema('usr'),
  created_at: timestampSchema,
  started_at: timestampSchema.nullable(),
  finished_at: timestampSchema.nullable(),
  /** Milliseconds that the image build took; 0 without one. */
  build_duration_ms: z.int().min(0),
  /** Traffic goes to it: from here on it can't be cancelled. */
  is_switched: z.boolean(),
  version: z.int().min(1),
});
export type Deployment = z.infer<typeof deploymentSchema>;

/** The default service and environment until a project names others. */
export const DEFAULT_SERVICE = 'web';
export const DEFAULT_ENVIRONMENT = 'production';

/** What a service is reached by and which deployment serves it now. */
export interface Service {
  readonly tenant_id: string;
  readonly project_id: string;
  readonly name: string;
  readonly environment: string;
  /** First label of its host name. */
  readonly host: string;
  readonly active_deployment_id: string | null;
}

/** Names one project of one tenant. */
export type ProjectKey = Pick<Service, 'tenant_id' | 'project_id'>;

/** Names one service of one environment. */
export type ServiceKey = Pick<Service, 'tenant_id' | 'project_id' | 'name' | 'environment'>;
