import { describe, expect, test } from 'vitest';
import { createConsumerFunction } from '../../../functions/events/consume.ts';
import { traceConsumer, traceTask, traceTasks } from '../../../functions/runtime/traced.ts';
import { createTracer } from '../../../src/adapters/telemetry/tracer.ts';
import { RolloutPendingError } from '../../../src/domain/deployments/index.ts';
import { createTestApi } from '../../support/api.ts';
import { recordSpans } from '../../support/recorded-spans.ts';
import { createThings } from '../../support/samples.ts';
import { testId } from '../../support/test-ids.ts';

const spans = recordSpans();
const XRAY_TRACE = '5759e988bd862e3fe1be46a994272793';
const KEY = { tenant_id: testId('ten', 1), deployment_id: testId('dpl', 1) };

describe('a request', () => {
  test('is a span with its route, status, tenant and deployment, whose ids the log has', async () => {
    const api = await createTestApi();
    const account = await api.signUp('ada');
    const { deployment_id } = await createThings(api, account, true);
    const answer = await api.call('GET', `/api/v1/deployments/${deployment_id}`, account);

    const span = spans().at(-1);
    expect(answer.status).toBe(200);
    expect(span).toMatchObject({
      name: 'GET /api/v1/deployments/{deployment_id}',
      kind: 'SERVER',
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/api/v1/deployments/{deployment_id}',
        'http.response.status_code': 200,
        'url.path': `/api/v1/deployments/${deployment_id}`,
        'branchline.tenant_id': account.tenant_id,
        'branchline.deployment_id': deployment_id,
        'branchline.request_id': answer.headers['x-request-id'],
      },
      errors: [],
    });
    expect(api.logger.lines.at(-1)?.fields).toMatchObject({
      trace_id: span?.trace_id,
      span_id: span?.span_id,
    });
  });

  test('on Lambda is below X-Ray’s span, and in the log by the trace that AWS shows', async () => {
    const _X_AMZN_TRACE_ID = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
    const api = await createTestApi({ environment: { _X_AMZN_TRACE_ID } });
    await api.call('GET', '/healthz');
    expect(spans()).toMatchObject([{ trace_id: XRAY_TRACE, parent_id: '53995c3f42cd8ad8' }]);
    expect(api.logger.lines.at(-1)?.fields['trace_id']).toBe(XRAY_TRACE);
  });

  test('has what its use case traces below it', async () => {
    const api = await createTestApi();
    const { token } = await api.signUp('ada');
    const { projects } = api.deps.projects;
    const list = projects.list.bind(projects);
    Object.assign(projects, {
      list: (...input: Parameters<typeof list>) => {
        api.deps.tracer.start('inside').end();
        return list(...input);
      },
    });
    await api.call('GET', '/api/v1/projects', { token });
    const [inside, request] = spans().slice(-2);
    expect(inside).toMatchObject({
      name: 'inside',
      parent_id: request?.span_id,
      trace_id: request?.trace_id,
    });
  });

  test('that is refused has not failed; one that fails on our side has, with its cause', async () => {
    const api = await createTestApi();
    const { token } = await api.signUp('ada');
    await api.call('GET', '/api/v1/projects');
    expect(spans().at(-1)).toMatchObject({ attributes: { 'http.response.status_code': 401 }, errors: [] });

    Object.assign(api.deps.projects.projects, {
      list: async () => {
        throw new Error('the table is gone');
      },
    });
    await api.call('GET', '/api/v1/projects', { token });
    expect(spans().at(-1)).toMatchObject({
      attributes: { 'http.response.status_code': 500 },
      errors: ['the table is gone'],
    });
  });

  test('to an address that nobody takes is named by its method alone', async () => {
    const api = await createTestApi();
    await api.call('GET', '/any/thing');
    expect(spans()).toMatchObject([{ name: 'GET', attributes: { 'http.response.status_code': 404 } }]);
    expect(spans()[0]?.attributes).not.toHaveProperty('http.route');
  });
});

describe('a task', () => {
  test('is a span with its state and its deployment, and gives what the task gives', async () => {
    const { AwaitRollout } = traceTasks(createTracer({}), {
      AwaitRollout: async (input) => ({ got: input }),
    });
    expect(await AwaitRollout({ ...KEY, error: 'more' })).toEqual({ got: { ...KEY, error: 'more' } });
    expect(spans()).toMatchObject([
      {
        name: 'task await-rollout',
        kind: 'INTERNAL',
        attributes: { 'branchline.tenant_id': KEY.tenant_id, 'branchline.deployment_id': KEY.deployment_id },
        errors: [],
      },
    ]);
  });

  test('that asks to be run again has not failed', async () => {
    const pending = new RolloutPendingError();
    const task = traceTask(createTracer({}), 'await-rollout', () => Promise.reject(pending));
    await expect(task(KEY)).rejects.toBe(pending);
    expect(spans()).toMatchObject([{ attributes: { 'branchline.pending': true }, errors: [] }]);
  });

  test('that fails keeps its error, and throws the same; whatever its input is', async () => {
    const failure = new Error('no room');
    const task = traceTask(createTracer({}), 'release', () => Promise.reject(failure));
    await expect(task('nonsense')).rejects.toBe(failure);
    expect(spans()).toMatchObject([{ name: 'task release', attributes: {}, errors: ['no room'] }]);
  });
});

test('an event that is consumed is a span with what it is about', async () => {
  const tracer = createTracer({});
  const handled: string[] = [];
  const consumer = traceConsumer(tracer, 'billing', {
    async handle({ id }) {
      handled.push(id);
      throw new Error('not now');
    },
  });
  const event = {
    id: testId('evt', 1),
    type: 'branchline.deployment.queued',
    schema_version: 1,
    tenant_id: KEY.tenant_id,
    entity: { id: KEY.deployment_id, version: 1 },
    occurred_at: '2026-11-15T12:00:00.000Z',
    data: {
      deployment_id: KEY.deployment_id,
      project_id: testId('prj', 1),
      service: 'web',
      environment: 'production',
      rollback_of: null,
    },
  };
  const call = createConsumerFunction(async () => consumer);
  await expect(call({ detail: event } as Parameters<typeof call>[0])).rejects.toThrow('not now');
  expect(handled).toEqual([event.id]);
  expect(spans()).toMatchObject([
    {
      name: 'consume billing',
      kind: 'CONSUMER',
      attributes: {
        'branchline.event_id': event.id,
        'branchline.event_type': event.type,
        'branchline.tenant_id': KEY.tenant_id,
        'branchline.deployment_id': KEY.deployment_id,
        'branchline.project_id': testId('prj', 1),
      },
      errors: ['not now'],
    },
  ]);
});
