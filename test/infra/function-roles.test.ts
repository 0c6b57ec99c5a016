import { describe, expect, test } from 'vitest';
import { FUNCTIONS } from '../../infra/functions.ts';
import { WILDCARD_REASONS } from '../../infra/policies/wildcards.ts';
import { ROUTES } from '../../src/contracts/http/catalog.ts';
import type { Request } from './support/policy/evaluate.ts';
import {
  DIRECTORY,
  FORBIDDEN_ACTIONS,
  ITEM_ACTIONS,
  keys,
  may,
  parameter,
  role,
  TENANTS,
  templates,
} from './support/policy/production.ts';
import { createResolver, logicalId } from './support/policy/resolve.ts';
import { readRoles } from './support/policy/roles.ts';
import { resourcesOf, synthesize } from './support/synth.ts';

describe('a function’s own role', () => {
  const everyFunction = [...FUNCTIONS.keys()];

  test.each(['signing-key', 'public-keys', 'seal-key', 'cursor-key'])(
    'reads %s only where it must',
    (name) => {
      const readers = everyFunction.filter((each) =>
        may(each, { action: 'ssm:GetParameter', resource: parameter(name) }),
      );
      expect(readers).toEqual(READERS[name]);
    },
  );

  test('makes keys but never replaces one, the public ones and the rotator apart', () => {
    const replace = { action: 'ssm:PutParameter', resource: parameter('signing-key') };
    expect(everyFunction.filter((each) => may(each, replace))).toEqual(['rotate-signing-key']);
    for (const each of everyFunction.filter((name) => name !== 'rotate-signing-key')) {
      for (const name of ['signing-key', 'seal-key', 'cursor-key']) {
        const put = { action: 'ssm:PutParameter', resource: parameter(name) };
        expect(may(each, put)).toBe(false);
        expect(may(each, { ...put, context: { 'ssm:Overwrite': 'true' } })).toBe(false);
      }
      const publish = { action: 'ssm:PutParameter', resource: parameter('public-keys') };
      expect(may(each, publish)).toBe(each === 'auth');
    }
    const create = { 'ssm:Overwrite': 'false' };
    const makes = (each: string, name: string) =>
      may(each, { action: 'ssm:PutParameter', resource: parameter(name), context: create });
    expect(makes('auth', 'signing-key')).toBe(true);
    expect(makes('projects', 'seal-key')).toBe(true);
    expect(makes('projects', 'signing-key')).toBe(false);
  });

  test('reaches nobody’s items, the outboxes apart', () => {
    for (const each of everyFunction) {
      for (const action of [...ITEM_ACTIONS, ...FORBIDDEN_ACTIONS].filter((name) => name !== 'GetRecords')) {
        const request = { action: `dynamodb:${action}`, resource: TENANTS };
        expect(may(each, { ...request, context: keys('T#ten_a') })).toBe(false);
        expect(may(each, { ...request, context: keys('T#ten_a#P#prj_1') })).toBe(false);
        expect(may(each, request)).toBe(false);
      }
      const acknowledge = {
        action: 'dynamodb:DeleteItem',
        resource: TENANTS,
        context: keys('T#ten_a#OUTBOX'),
      };
      expect(may(each, acknowledge)).toBe(['publish-outbox', 'sweep-outbox'].includes(each));
    }
  });

  test('reaches the directory only where it must', () => {
    const readers = (key: string) =>
      everyFunction.filter((each) =>
        may(each, { action: 'dynamodb:GetItem', resource: DIRECTORY, context: keys(key) }),
      );
    expect(readers('EMAIL#a@example.com')).toEqual(['auth']);
    expect(readers('RATE#192.0.2.1')).toEqual(LIMITS_ADDRESSES);
    expect(readers('SIGNIN#192.0.2.1')).toEqual(['auth']);
    expect(readers('USER#usr_1')).toEqual(['auth', 'users', 'team', 'purge']);
    expect(readers('HOST#shop')).toEqual(['remove-project', 'purge']);
    expect(readers('PLATFORM')).toEqual([]);
    for (const action of ['Query', 'BatchGetItem']) {
      const listers = ['EMAIL#a', 'USER#u', 'HOST#h', 'PLATFORM'].map((key) =>
        everyFunction.filter((each) =>
          may(each, { action: `dynamodb:${action}`, resource: DIRECTORY, context: keys(key) }),
        ),
      );
      expect(listers).toEqual([[], ['auth', 'users', 'team', 'purge'], [], []]);
    }
    const writers = everyFunction.filter((each) =>
      ['EMAIL#a', 'USER#u', 'HOST#h', 'PLATFORM'].some((key) =>
        may(each, { action: 'dynamodb:PutItem', resource: DIRECTORY, context: keys(key) }),
      ),
    );
    expect(writers).toEqual([]);
    const onReset = (action: string) =>
      everyFunction.filter((each) =>
        may(each, { action: `dynamodb:${action}`, resource: DIRECTORY, context: keys('RESET#usr_1') }),
      );
    const reset_actions = [...ITEM_ACTIONS, ...FORBIDDEN_ACTIONS].filter(
      (action) => onReset(action).length > 0,
    );
    expect(reset_actions).toEqual(['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem']);
    for (const action of reset_actions) expect(onReset(action)).toEqual(['auth']);
  });

  test.each(['PutItem', 'UpdateItem', 'DeleteItem'])(
    'may %s the limits of addresses where these are limited alone',
    (action) => {
      const ask = (each: string, context: Request['context'] = {}) =>
        may(each, { action: `dynamodb:${action}`, resource: DIRECTORY, context });
      const writers = (key: string) => everyFunction.filter((each) => ask(each, keys(key)));
      expect(writers('RATE#192.0.2.1')).toEqual(LIMITS_ADDRESSES);
      expect(writers('SIGNIN#192.0.2.1')).toEqual(['auth']);
      for (const each of LIMITS_ADDRESSES) {
        expect(ask(each, keys('RATE#192.0.2.1', 'EMAIL#a@example.com'))).toBe(false);
        expect(ask(each)).toBe(false);
      }
    },
  );

  test('is its own: one role per function', () => {
    const resolve = createResolver(templates);
    const used = resourcesOf(templates, 'AWS::Lambda::Function').map(({ stack, properties }) =>
      String(resolve(stack, properties['Role'])),
    );
    expect(new Set(used).size).toBe(used.length);
    expect(used.length).toBe(FUNCTIONS.size);
  });
});

// What is under this path is limited by address, whichever function has it.
const LIMITS_ADDRESSES = [...FUNCTIONS.keys()].filter((name) =>
  Object.values(ROUTES).some((route) => route.function === name && route.path.startsWith('/api/v1/auth/')),
);

const READERS: Readonly<Record<string, readonly string[]>> = {
  'signing-key': ['auth', 'rotate-signing-key'],
  'public-keys': [
    'auth',
    'tokens',
    'users',
    'team',
    'projects',
    'deployments',
    'usage',
    'meta',
    'rotate-signing-key',
  ],
  'seal-key': ['projects', 'prepare', 'publish-image', 'pre-deploy', 'release', 'switch-route'],
  'cursor-key': ['auth', 'tokens', 'team', 'projects', 'deployments'],
};

describe('the index of what is due', () => {
  test('is looked into by the schedules alone, each at its own part of it and at nothing else', () => {
    const query = (context: Request['context']) => ({
      action: 'dynamodb:Query',
      resource: `${TENANTS}/index/due`,
      context: context ?? {},
    });
    const finders = (pk: string) => [...FUNCTIONS.keys()].filter((each) => may(each, query(keys(pk))));
    expect(finders('DUE#OUTBOX#3')).toEqual(['sweep-outbox']);
    expect(finders('DUE#PURGE#3')).toEqual(['purge']);
    expect(finders('DUE#01')).toEqual([]);
    expect(finders('T#ten_a')).toEqual([]);
    for (const [each, pk] of [
      ['sweep-outbox', 'DUE#OUTBOX#3'],
      ['purge', 'DUE#PURGE#3'],
    ] as const) {
      expect(may(each, query({}))).toBe(false);
      expect(may(each, { ...query(keys(pk)), resource: TENANTS })).toBe(false);
    }
  });
});

test('what nobody could take goes to the queue of what was given up, from the functions that meet it alone', () => {
  const queue = logicalId(templates.get('events'), 'AWS::SQS::Queue', 'OutboxFailures');
  const bury = { action: 'sqs:SendMessage', resource: `<events/${queue}.Arn>` };
  expect([...FUNCTIONS.keys()].filter((each) => may(each, bury)).toSorted()).toEqual([
    'collect-logs',
    'publish-outbox',
    'purge',
    'rotate-signing-key',
    'send-mail',
    'sweep-outbox',
    'watch-apps',
  ]);
});

describe('the build’s role', () => {
  test('may write its own log and nothing else: a user’s code could use it', () => {
    const actions = role('build').statements.flatMap(({ Action }) => Action);
    expect(actions.sort()).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents']);
    const log = `<orchestration/${logicalId(templates.get('orchestration'), 'AWS::Logs::LogGroup', 'BuildLog')}.Arn>`;
    expect(role('build').statements.map(({ Resource }) => Resource)).toEqual([log]);
  });
});

describe('the state machine’s role', () => {
  const projectId = logicalId(templates.get('orchestration'), 'AWS::CodeBuild::Project', 'Builds');
  test.each(['StartBuild', 'StopBuild', 'BatchGetBuilds'])('may %s on the build project', (action) => {
    const ask = (resource: string) => may('deploy-states', { action: `codebuild:${action}`, resource });
    expect(ask(`<orchestration/${projectId}.Arn>`)).toBe(true);
    expect(ask('arn:aws:codebuild:<region>:<account>:project/other')).toBe(false);
  });

  test.each(['PutTargets', 'PutRule', 'DescribeRule'])(
    'may %s on the rule that tells it of builds',
    (action) => {
      const rule = 'arn:aws:events:<region>:<account>:rule/StepFunctionsGetEventForCodeBuildStartBuildRule';
      expect(may('deploy-states', { action: `events:${action}`, resource: rule })).toBe(true);
      expect(may('deploy-states', { action: `events:${action}`, resource: `${rule}2` })).toBe(false);
    },
  );
});

const all = [
  await synthesize(),
  templates,
  await synthesize({ edge: true, compute: true, mailFrom: 'paas@example.com' }),
];

describe('wildcards', () => {
  const statements = all.flatMap((each, position) =>
    [...readRoles(each, position === 1 ? 'prod' : 'dev').values()].flatMap((each) => each.statements),
  );

  test('have a written reason each', () => {
    for (const { Sid, Action, Resource, Effect } of statements) {
      if (Effect === 'Deny' || !JSON.stringify([Action, Resource]).includes('*')) continue;
      expect(Object.keys(WILDCARD_REASONS), JSON.stringify([Action, Resource])).toContain(Sid);
    }
  });

  test('are never in actions', () => {
    for (const { Action } of statements) expect(JSON.stringify(Action)).not.toContain('*');
  });

  test('have no reason without a statement', () => {
    const named = new Set(statements.map(({ Sid }) => Sid));
    for (const sid of Object.keys(WILDCARD_REASONS)) expect(named).toContain(sid);
  });
});
