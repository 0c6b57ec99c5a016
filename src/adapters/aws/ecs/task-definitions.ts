import {
  ClientException,
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  type ECSClient,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionRequest,
  TagResourceCommand,
} from '@aws-sdk/client-ecs';
import type { ServiceKey } from '../../../domain/deployments/index.ts';
import type { Logger } from '../../../domain/shared/ports.ts';
import { callEcs } from './client.ts';
import { isPromoted, promotedTag, readServiceTags } from './names.ts';
import { type ReleaseNotes, readNotes } from './task-definition.ts';

/** A release as its task definition tells of it: all that is remembered of a deployment on ECS. */
export interface FoundRelease {
  readonly arn: string;
  readonly service: ServiceKey;
  readonly notes: ReleaseNotes;
  /** Traffic was given to it for good. */
  readonly is_promoted: boolean;
}

// What ECS answers when a family has no active revision, or an ARN names none that is known.
const UNKNOWN = /unable to describe task definition|not found|does not exist/i;

/** Finds a release by its family or ARN. @returns undefined when there is none */
export async function findRelease(ecs: ECSClient, name: string): Promise<FoundRelease | undefined> {
  try {
    const { taskDefinition, tags = [] } = await callEcs('DescribeTaskDefinition', () =>
      ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: name, include: ['TAGS'] })),
    );
    if (taskDefinition?.taskDefinitionArn === undefined || taskDefinition.status !== 'ACTIVE')
      return undefined;
    return {
      arn: taskDefinition.taskDefinitionArn,
      service: readServiceTags(tags),
      notes: readNotes(taskDefinition.containerDefinitions?.[0]?.dockerLabels ?? {}),
      is_promoted: isPromoted(tags),
    };
  } catch (error) {
    if (error instanceof ClientException && UNKNOWN.test(error.message)) return undefined;
    throw error;
  }
}

/** Registers a task definition. @returns its ARN */
export async function registerTaskDefinition(
  ecs: ECSClient,
  input: RegisterTaskDefinitionRequest,
): Promise<string> {
  const { taskDefinition } = await callEcs('RegisterTaskDefinition', () =>
    ecs.send(new RegisterTaskDefinitionCommand(input)),
  );
  if (taskDefinition?.taskDefinitionArn === undefined) throw new Error('ECS registered nothing');
  return taskDefinition.taskDefinitionArn;
}

/** Marks a release as the one that its service is meant to run. */
export async function markPromoted(ecs: ECSClient, arn: string): Promise<void> {
  await callEcs('TagResource', () =>
    ecs.send(new TagResourceCommand({ resourceArn: arn, tags: [promotedTag()] })),
  );
}

/** Removes a task definition, and the variables in it with it. Tasks that still run by it run on; ECS forgets it when
 *  they have ended. */
export async function removeTaskDefinition(
  { ecs, logger }: { readonly ecs: ECSClient; readonly logger: Logger },
  arn: string,
): Promise<void> {
  try {
    await callEcs('DeregisterTaskDefinition', () =>
      ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: arn })),
    );
  } catch (error) {
    // Deregistered already, by this call's first attempt or a rerun: it may still have to be deleted.
    if (!(error instanceof ClientException)) throw error;
    logger.debug('task definition was not deregistered', { arn, error });
  }
  const { failures = [] } = await callEcs('DeleteTaskDefinitions', () =>
    ecs.send(new DeleteTaskDefinitionsCommand({ taskDefinitions: [arn] })),
  );
  // Nothing that runs depends on it: what stays is inactive, and shows up in the log.
  if (failures.length > 0) logger.warn('task definition could not be deleted', { arn, failures });
}
