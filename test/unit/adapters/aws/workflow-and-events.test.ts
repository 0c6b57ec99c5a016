import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { publishEvents } from '../../../../src/adapters/aws/event-publisher.ts';
import { createStepFunctionsWorkflow } from '../../../../src/adapters/aws/workflow.ts';
import type { DomainEvent } from '../../../../src/domain/shared/events.ts';
import { testId } from '../../../support/test-ids.ts';

const MACHINE = 'arn:aws:states:eu-central-1:000000000000:stateMachine:deploy';
const KEY = { tenant_id: testId('ten', 1), deployment_id: testId('dpl', 1) };
const METADATA = { $metadata: {}, message: 'no' };

describe('the workflow on Step Functions', () => {
  const stepFunctions = new SFNClient({ region: 'eu-central-1' });
  const sfn = mockClient(stepFunctions);
  const workflow = createStepFunctionsWorkflow(stepFunctions, MACHINE);
  beforeEach(() => sfn.reset());

  it('starts an execution named by its deployment, with ids alone', async () => {
    await workflow.start(KEY);
    expect(sfn.commandCalls(StartExecutionCommand).map((call) => call.args[0].input)).toEqual([
      { stateMachineArn: MACHINE, name: KEY.deployment_id, input: JSON.stringify(KEY) },
    ]);
  });

  it('takes an execution that exists already for success', async () => {
    sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists(METADATA));
    await expect(workflow.start(KEY)).resolves.toBeUndefined();
  });

  it('passes on any other refusal', async () => {
    sfn.on(StartExecutionCommand).rejects(new Error('throttled'));
    await expect(workflow.start(KEY)).rejects.toThrow('throttled');
  });

  it('stops the execution by its own name, and does without where there is none', async () => {
    await workflow.stop(KEY.deployment_id, 'cancelled');
    expect(sfn.commandCalls(StopExecutionCommand).map((call) => call.args[0].input)).toEqual([
      {
        executionArn: `arn:aws:states:eu-central-1:000000000000:execution:deploy:${KEY.deployment_id}`,
        cause: 'cancelled',
      },
    ]);
    sfn.on(StopExecutionCommand).rejects(new ExecutionDoesNotExist(METADATA));
    await expect(workflow.stop(KEY.deployment_id, 'cancelled')).resolves.toBeUndefined();
  });
});

describe('events on the bus', () => {
  const client = new EventBridgeClient({ region: 'eu-central-1' });
  const bus = mockClient(client);
  beforeEach(() => bus.reset());

  const event = (number: number): DomainEvent => ({
    id: testId('evt', number),
    type: 'branchline.user.created',
    schema_version: 1,
    tenant_id: testId('ten', 1),
    entity: { id: testId('usr', 1), version: 1 },
    occurred_at: '2026-11-25T12:00:00.000Z',
    data: { user_id: testId('usr', 1) },
  });

  it('carry their type, their time and all of themselves', async () => {
    bus.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] });
    expect(await publishEvents(client, 'the-bus', [event(1)])).toEqual(new Set());
    expect(bus.commandCalls(PutEventsCommand).map((call) => call.args[0].input)).toEqual([
      {
        Entries: [
          {
            EventBusName: 'the-bus',
            Source: 'branchline',
            DetailType: 'branchline.user.created',
            Time: new Date('2026-11-25T12:00:00.000Z'),
            Detail: JSON.stringify(event(1)),
          },
        ],
      },
    ]);
  });

  it('go ten at a time', async () => {
    bus.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [] });
    await publishEvents(
      client,
      'the-bus',
      Array.from({ length: 21 }, (_, number) => event(number)),
    );
    const sizes = bus.commandCalls(PutEventsCommand).map((call) => call.args[0].input.Entries?.length);
    expect(sizes).toEqual([10, 10, 1]);
  });

  it('that the bus refuses are named, though the call succeeded', async () => {
    bus.on(PutEventsCommand).resolves({
      FailedEntryCount: 1,
      Entries: [{ EventId: '1' }, { ErrorCode: 'ThrottlingException' }],
    });
    expect(await publishEvents(client, 'the-bus', [event(1), event(2)])).toEqual(new Set([testId('evt', 2)]));
  });
});
