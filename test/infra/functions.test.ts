import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { API_FUNCTIONS, FUNCTIONS, TASK_FUNCTIONS } from '../../infra/functions.ts';
import { EVENT_RULES } from '../../src/contracts/events/rules.ts';
import { ENVIRONMENT_NAMES } from '../../src/contracts/functions/environment.ts';
import { kebabCase } from '../../src/contracts/functions/name.ts';
import { PROD, resourcesOf, synthesize, type Templates } from './support/synth.ts';

const RUNTIME_NAMES = ['NODE_OPTIONS'];

const production = await synthesize(PROD);

describe.each([
  ['dev', await synthesize()],
  ['prod', production],
])('every function of %s', (stage, templates) => {
  const functions = resourcesOf(templates, 'AWS::Lambda::Function');
  const nameOf = (properties: Readonly<Record<string, unknown>>) =>
    String(properties['FunctionName']).replace(`branchline-${stage}-`, '');

  test('is one of the catalogue, and none is missing', () => {
    expect(functions.map(({ properties }) => nameOf(properties)).toSorted()).toEqual(
      [...FUNCTIONS.keys()].toSorted(),
    );
  });

  test('has the runtime, the architecture and the size that it was given', () => {
    for (const { properties } of functions) {
      const spec = FUNCTIONS.get(nameOf(properties));
      expect(properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        MemorySize: spec?.memoryMb,
        Timeout: spec?.timeoutSeconds,
        TracingConfig: { Mode: stage === 'prod' ? 'Active' : 'PassThrough' },
      });
    }
  });

  test('has a log that ends', () => {
    for (const { stack, properties } of functions) {
      const { LogGroup, LogFormat } = properties['LoggingConfig'] as {
        LogGroup: { Ref: string };
        LogFormat: string;
      };
      const group = templates.get(stack)?.Resources[LogGroup.Ref];
      expect(group?.Type).toBe('AWS::Logs::LogGroup');
      expect(group?.Properties?.['RetentionInDays']).toBe(stage === 'prod' ? 90 : 7);
      expect(LogFormat).toBe('JSON');
    }
  });

  test('gets only variables that have a shared name', () => {
    const shared = [...ENVIRONMENT_NAMES, ...RUNTIME_NAMES] as string[];
    for (const { properties } of functions) {
      const { Variables } = properties['Environment'] as { Variables: Record<string, unknown> };
      for (const name of Object.keys(Variables)) expect(shared).toContain(name);
      expect(Variables).toMatchObject({ BRANCHLINE_STAGE: stage, LOG_LEVEL: 'INFO' });
    }
  });

  test('has instances kept for it by the stage', () => {
    const reserved = functions.filter(({ properties }) => 'ReservedConcurrentExecutions' in properties);
    if (stage === 'dev') return expect(reserved).toEqual([]);
    const sum = reserved.reduce(
      (total, each) => total + Number(each.properties['ReservedConcurrentExecutions']),
      0,
    );
    // AWS keeps 100 of an account's 1,000 unreserved.
    expect(sum).toBeLessThanOrEqual(900);
    expect(sum).toBeGreaterThan(0);
  });

  test('that nobody waits for has a queue for what it gave up', () => {
    const configured = resourcesOf(templates, 'AWS::Lambda::EventInvokeConfig');
    expect(configured.length).toBe(Object.keys(EVENT_RULES).length + 7);
    for (const { properties } of configured) {
      expect(JSON.stringify(properties['DestinationConfig'])).toContain('Arn');
      expect(properties['MaximumRetryAttempts']).toBe(2);
    }
  });
});

test('the API’s functions have the limit on requests that is set, and no others have it', async () => {
  const limited = (templates: Templates) =>
    resourcesOf(templates, 'AWS::Lambda::Function')
      .filter(({ properties }) =>
        JSON.stringify(properties['Environment']).includes('"BRANCHLINE_RATE_LIMIT":"0"'),
      )
      .map(({ stack }) => stack);
  expect(limited(production)).toEqual([]);
  expect(limited(await synthesize({ rateLimit: '0' }))).toEqual(Object.keys(API_FUNCTIONS).map(() => 'api'));
});

describe('the sign-in function', () => {
  const [auth] = resourcesOf(production, 'AWS::Lambda::Function').filter(({ properties }) =>
    String(properties['FunctionName']).endsWith('-auth'),
  );

  test('has a whole core, and native Argon2', () => {
    expect(auth?.properties['MemorySize']).toBeGreaterThanOrEqual(1769);
    expect(auth?.properties['Layers']).toHaveLength(1);
  });

  test('has them for x86-64 when that is wanted', async () => {
    const templates = await synthesize({ architecture: 'x86_64' });
    for (const { properties } of resourcesOf(templates, 'AWS::Lambda::Function')) {
      expect(properties['Architectures']).toEqual(['x86_64']);
    }
    const [layer] = resourcesOf(templates, 'AWS::Lambda::LayerVersion');
    expect(layer?.properties['CompatibleArchitectures']).toEqual(['x86_64']);
  });
});

describe('the layer that tells X-Ray of spans', () => {
  const layer = 'arn:aws:lambda:eu-central-1:615299751070:layer:AWSOpenTelemetryDistroJs:12';
  const STARTER = { AWS_LAMBDA_EXEC_WRAPPER: '/opt/otel-instrument' };
  const functionsOf = (templates: Templates) =>
    resourcesOf(templates, 'AWS::Lambda::Function').map(({ properties }) => ({
      layers: (properties['Layers'] ?? []) as unknown[],
      variables: (properties['Environment'] as { Variables: object }).Variables,
    }));

  test('is in no function that wasn’t given one', () => {
    for (const { layers, variables } of functionsOf(production)) {
      expect(layers).not.toContain(layer);
      expect(variables).not.toHaveProperty('AWS_LAMBDA_EXEC_WRAPPER');
    }
  });

  test('is in every function, beside its own, and started, where it is wanted', async () => {
    const functions = functionsOf(await synthesize({ ...PROD, tracingLayer: layer }));
    expect(functions).toHaveLength(FUNCTIONS.size);
    for (const { layers, variables } of functions) {
      expect(layers).toContain(layer);
      expect(variables).toMatchObject({ ...STARTER, OTEL_AWS_APPLICATION_SIGNALS_ENABLED: 'false' });
    }
    expect(Math.max(...functions.map(({ layers }) => layers.length))).toBe(2);
  });
});

test('no task runs longer than its state waits', () => {
  const file = new URL('../../state-machines/deploy.asl.json', import.meta.url);
  const { States } = JSON.parse(readFileSync(file, 'utf8')) as {
    States: Record<string, { TimeoutSeconds?: number }>;
  };
  for (const [state, { timeoutSeconds }] of Object.entries(TASK_FUNCTIONS)) {
    expect(timeoutSeconds).toBeLessThanOrEqual(States[state]?.TimeoutSeconds ?? 0);
  }
  expect(kebabCase('AwaitRollout')).toBe('await-rollout');
});
