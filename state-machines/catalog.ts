import * as z from 'zod';
import { idSchema } from '../src/domain/shared/schemas.ts';
import { buildTimesSchema, readFailedBuildDuration } from './build/build-times.ts';

/** The input of deploy.asl.json, and what each of its tasks gets of it. */
export const deployInputSchema = z.object({
  tenant_id: idSchema('ten'),
  deployment_id: idSchema('dpl'),
});
export type DeployInput = z.infer<typeof deployInputSchema>;

/** What the task after the build gets: beside the input, the build's phases. An execution that an earlier version started
 *  lacks them. */
export const builtInputSchema = deployInputSchema.extend({ build: buildTimesSchema.optional() });

/** What the failure task gets beside the input. */
export const failureInputSchema = deployInputSchema.extend({
  error: z
    .object({ Error: z.string(), Cause: z.string().optional() })
    .transform((error) => ({ ...error, build_duration_ms: readFailedBuildDuration(error.Cause) })),
});

/** The task states that are Lambda functions: the state, the substitution that names its function, and where its
 *  handler is. `Build` isn't among them: CodeBuild runs it on AWS, and the laptop's builder in its place. */
export const DEPLOY_TASKS = {
  Prepare: { substitution: 'PrepareFunctionArn', handler: 'functions/tasks/prepare.ts' },
  PublishImage: { substitution: 'PublishImageFunctionArn', handler: 'functions/tasks/publish-image.ts' },
  PreDeploy: { substitution: 'PreDeployFunctionArn', handler: 'functions/tasks/pre-deploy.ts' },
  Release: { substitution: 'ReleaseFunctionArn', handler: 'functions/tasks/release.ts' },
  AwaitRollout: { substitution: 'AwaitRolloutFunctionArn', handler: 'functions/tasks/await-rollout.ts' },
  SwitchRoute: { substitution: 'SwitchRouteFunctionArn', handler: 'functions/tasks/switch-route.ts' },
  RecordSuccess: { substitution: 'RecordSuccessFunctionArn', handler: 'functions/tasks/record-success.ts' },
  RecordFailure: { substitution: 'RecordFailureFunctionArn', handler: 'functions/tasks/record-failure.ts' },
} as const;
export type DeployTask = keyof typeof DEPLOY_TASKS;

export const BUILD_STATE = 'Build';
/** What is put in for CodeBuild's project and for the log of its builds. */
export const BUILD_SUBSTITUTION = 'BuildProjectName';
export const BUILD_LOG_SUBSTITUTION = 'BuildLogGroup';

/** Every name that deploy.asl.json leaves a place for. */
export const SUBSTITUTIONS: readonly string[] = [
  ...Object.values(DEPLOY_TASKS).map(({ substitution }) => substitution),
  BUILD_SUBSTITUTION,
  BUILD_LOG_SUBSTITUTION,
];
