import { describe, expect, test } from 'vitest';
import { FUNCTIONS } from '../../infra/functions.ts';
import { WILDCARD_REASONS } from '../../infra/policies/wildcards.ts';
import { isAllowed, type Request } from './support/policy/evaluate.ts';
import { createResolver, logicalId } from './support/policy/resolve.ts';
import { type RolePolicies, readRoles } from './support/policy/roles.ts';
import { PROD, resourcesOf, synthesize } from './support/synth.ts';

const templates = synthesize(PROD);
const roles = readRoles(templates, 'prod');
const data = templates.get('data');

const table = (prefix: 'Tenants' | 'Directory') =>
  `<data/${logicalId(data, 'AWS::DynamoDB::Table', prefix)}.Arn>`;
const TENANTS = table('Tenants');
const DIRECTORY = table('Directory');
const BUCKET = `<data/${logicalId(data, 'AWS::S3::Bucket', 'Objects')}.Arn>`;
const parameter = (name: string) => `arn:aws:ssm:<region>:<account>:parameter/branchline/prod/${name}`;

function role(name: string): RolePolicies {
  const found = roles.get(name);
  if (found === undefined) throw new Error(`There is no role ${name}`);
  return found;
}

const may = (name: string, request: Request) => isAllowed(role(name).statements, request);
const keys = (...names: string[]) => ({ 'dynamodb:LeadingKeys': names });

const OWN = { 'aws:PrincipalTag/tenant': 'ten_a' };
const ITEM_ACTIONS = [
  'GetItem',
  'BatchGetItem',
  'Query',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'ConditionCheckItem',
];
const FORBIDDEN_ACTIONS = [
  'Scan',
  'PartiQLSelect',
  'PartiQLInsert',
  'PartiQLUpdate',
  'PartiQLDelete',
  'DeleteTable',
  'UpdateTable',
  'ExportTableToPointInTime',
  'GetRecords',
];

describe('a tenant’s session', () => {
  const ask = (action: string, resource: string, context: Request['context'] = {}) =>
    may('tenant-data', { action, resource, context: { ...OWN, ...context } });

  test.each(ITEM_ACTIONS)('may %s its own items', (action) => {
    expect(ask(`dynamodb:${action}`, TENANTS, keys('T#ten_a'))).toBe(true);
    expect(ask(`dynamodb:${action}`, TENANTS, keys('T#ten_a', 'T#ten_a#P#prj_1'))).toBe(true);
  });

  test.each([
    ['another tenant’s key', keys('T#ten_b')],
    ['a key that begins like its own', keys('T#ten_ab')],
    ['its own key beside another’s', keys('T#ten_a', 'T#ten_b#P#prj_1')],
    ['a key of no tenant', keys('EMAIL#a@example.com')],
    ['no key at all', {}],
  ])('may do nothing with %s', (_name, context) => {
    for (const action of ITEM_ACTIONS) expect(ask(`dynamodb:${action}`, TENANTS, context)).toBe(false);
  });

  test('that has no tenant may do nothing', () => {
    for (const key of ['T#ten_a', 'T#', 'T#*', 'T##P#prj_1']) {
      const request = { action: 'dynamodb:GetItem', resource: TENANTS, context: keys(key) };
      expect(may('tenant-data', request)).toBe(false);
    }
  });

  test.each(FORBIDDEN_ACTIONS)('may not %s, whatever the key', (action) => {
    expect(ask(`dynamodb:${action}`, TENANTS, keys('T#ten_a'))).toBe(false);
    expect(ask(`dynamodb:${action}`, `${TENANTS}/index/by_project`, keys('T#ten_a'))).toBe(false);
  });

  test('may only query indexes, by its own keys', () => {
    const index = `${TENANTS}/index/by_project`;
    expect(ask('dynamodb:Query', index, keys('T#ten_a#P#prj_1'))).toBe(true);
    expect(ask('dynamodb:Query', index, keys('T#ten_b#P#prj_1'))).toBe(false);
    expect(ask('dynamodb:Query', index)).toBe(false);
    expect(ask('dynamodb:GetItem', index, keys('T#ten_a'))).toBe(false);
    expect(ask('dynamodb:Query', `${TENANTS}/index/due`, keys('DUE#01'))).toBe(false);
    expect(ask('dynamodb:Query', `${TENANTS}/index/due`, keys('T#ten_a'))).toBe(false);
  });

  test('may not reach the directory', () => {
    expect(ask('dynamodb:GetItem', DIRECTORY, keys('T#ten_a'))).toBe(false);
    expect(ask('dynamodb:GetItem', DIRECTORY, keys('EMAIL#a@example.com'))).toBe(false);
  });

  test('may use its own objects and no others', () => {
    for (const folder of ['sources', 'images']) {
      expect(ask('s3:GetObject', `${BUCKET}/${folder}/ten_a/x`)).toBe(true);
      expect(ask('s3:GetObject', `${BUCKET}/${folder}/ten_b/x`)).toBe(false);
      expect(ask('s3:GetObject', `${BUCKET}/${folder}/ten_ab/x`)).toBe(false);
    }
    expect(ask('s3:GetObject', `${BUCKET}/other/ten_a/x`)).toBe(false);
    expect(ask('s3:ListBucket', BUCKET)).toBe(false);
  });
});

describe('the two-table role', () => {
  const ask = (action: string, resource: string, context: Request['context'] = {}) =>
    may('two-table-data', { action: `dynamodb:${action}`, resource, context: { ...OWN, ...context } });
  const within = { 'dynamodb:EnclosingOperation': 'TransactWriteItems' };

  test('writes both tables within a transaction', () => {
    expect(ask('PutItem', DIRECTORY, { ...within, ...keys('HOST#shop') })).toBe(true);
    expect(ask('PutItem', TENANTS, { ...within, ...keys('T#ten_a#P#prj_1') })).toBe(true);
  });

  test('does nothing outside of one', () => {
    expect(ask('PutItem', DIRECTORY, keys('HOST#shop'))).toBe(false);
    expect(ask('PutItem', TENANTS, keys('T#ten_a'))).toBe(false);
  });

  test.each(['GetItem', 'BatchGetItem', 'Query', 'Scan', 'PartiQLInsert'])('may not %s', (action) => {
    expect(ask(action, TENANTS, { ...within, ...keys('T#ten_a') })).toBe(false);
    expect(ask(action, DIRECTORY, { ...within, ...keys('EMAIL#a@example.com') })).toBe(false);
  });

  test('keeps to partitions that are known', () => {
    expect(ask('PutItem', DIRECTORY, { ...within, ...keys('RATE#1') })).toBe(false);
    expect(ask('PutItem', TENANTS, { ...within, ...keys('T#ten_b') })).toBe(false);
    expect(ask('PutItem', TENANTS, { ...within, ...keys('T#ten_a#P#prj_1', 'T#ten_b') })).toBe(false);
    expect(ask('PutItem', TENANTS, within)).toBe(false);
  });
});

describe('who may become whom', () => {
  const tagged = (value: string, more: object = {}) => ({
    'aws:RequestTag/tenant': value,
    'aws:TagKeys': ['tenant'],
    ...more,
  });
  const trusts = (target: string, caller: string, action: string, context: object) =>
    isAllowed(role(target).trust, {
      action,
      resource: role(target).arn,
      context: { ...context, 'aws:PrincipalArn': `arn:aws:iam::<account>:role/branchline-prod-${caller}` },
    });
  const withData = (kind: string) =>
    [...FUNCTIONS].filter(([, spec]) => spec.data === kind).map(([name]) => name);

  test('a tenant’s session is for the functions that serve tenants, and needs the tenant and no other tag', () => {
    for (const name of [...withData('tenant'), ...withData('two-table')]) {
      for (const action of ['sts:AssumeRole', 'sts:TagSession']) {
        expect(trusts('tenant-data', name, action, tagged('ten_a'))).toBe(true);
        expect(trusts('tenant-data', name, action, {})).toBe(false);
        expect(trusts('tenant-data', name, action, tagged('*'))).toBe(false);
        expect(
          trusts('tenant-data', name, action, { ...tagged('ten_a'), 'aws:TagKeys': ['tenant', 'role'] }),
        ).toBe(false);
      }
      expect(may(name, { action: 'sts:AssumeRole', resource: arnOf('tenant-data') })).toBe(true);
    }
  });

  test.each(['meta', 'publish-outbox', 'sweep-outbox', 'start-deployment', 'build', 'deploy-states'])(
    '%s never has a tenant’s session',
    (name) => {
      expect(trusts('tenant-data', name, 'sts:AssumeRole', tagged('ten_a'))).toBe(false);
      expect(may(name, { action: 'sts:AssumeRole', resource: arnOf('tenant-data') })).toBe(false);
    },
  );

  test('the two-table role is for the functions that are listed, and needs the tenant too', () => {
    expect(withData('two-table').sort()).toEqual(['auth', 'metrics', 'prepare', 'remove-project']);
    for (const name of FUNCTIONS.keys()) {
      const isListed = withData('two-table').includes(name);
      expect(trusts('two-table-data', name, 'sts:AssumeRole', tagged('ten_a'))).toBe(isListed);
      expect(trusts('two-table-data', name, 'sts:TagSession', tagged('ten_a'))).toBe(isListed);
      expect(may(name, { action: 'sts:AssumeRole', resource: arnOf('two-table-data') })).toBe(isListed);
      expect(trusts('two-table-data', name, 'sts:AssumeRole', {})).toBe(false);
    }
  });

  test('no other role is given to a principal that isn’t a service', () => {
    const open = [...roles.values()].filter(({ trust }) =>
      trust.some(({ Principal }) => 'AWS' in (Principal ?? {})),
    );
    expect(open.map(({ name }) => name).sort()).toEqual(['tenant-data', 'two-table-data']);
  });
});

function arnOf(name: string): string {
  const { stack, id } = role(name);
  return `<${stack}/${id}.Arn>`;
}

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

  test('makes keys but never replaces one, the public ones apart', () => {
    for (const each of everyFunction) {
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
    expect(readers('USER#usr_1')).toEqual(['auth']);
    expect(readers('HOST#shop')).toEqual(['remove-project']);
    expect(readers('PLATFORM')).toEqual([]);
    const writers = everyFunction.filter((each) =>
      ['EMAIL#a', 'USER#u', 'HOST#h', 'PLATFORM'].some((key) =>
        may(each, { action: 'dynamodb:PutItem', resource: DIRECTORY, context: keys(key) }),
      ),
    );
    expect(writers).toEqual([]);
  });

  test('is its own: one role per function', () => {
    const resolve = createResolver(templates);
    const used = resourcesOf(templates, 'AWS::Lambda::Function').map(({ stack, properties }) =>
      String(resolve(stack, properties['Role'])),
    );
    expect(new Set(used).size).toBe(used.length);
    expect(used.length).toBe(FUNCTIONS.size);
  });
});

const READERS: Readonly<Record<string, readonly string[]>> = {
  'signing-key': ['auth'],
  'public-keys': ['auth', 'projects', 'deployments', 'usage', 'meta'],
  'seal-key': ['projects', 'prepare', 'publish-image', 'pre-deploy', 'release', 'switch-route'],
  'cursor-key': ['projects', 'deployments'],
};

describe('the sweeper', () => {
  test('alone looks into the index of what is due, and there at nothing else', () => {
    const query = (context: Request['context']) => ({
      action: 'dynamodb:Query',
      resource: `${TENANTS}/index/due`,
      context: context ?? {},
    });
    const finders = [...FUNCTIONS.keys()].filter((each) => may(each, query(keys('DUE#01'))));
    expect(finders).toEqual(['sweep-outbox']);
    expect(may('sweep-outbox', query({}))).toBe(false);
    expect(may('sweep-outbox', query(keys('T#ten_a')))).toBe(false);
    expect(may('sweep-outbox', { ...query(keys('DUE#01')), resource: TENANTS })).toBe(false);
  });
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

describe('wildcards', () => {
  const all = [synthesize(), templates, synthesize({ edge: true, compute: true })];
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
