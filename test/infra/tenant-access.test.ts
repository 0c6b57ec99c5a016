import { describe, expect, test } from 'vitest';
import { FUNCTIONS } from '../../infra/functions.ts';
import { isAllowed, type Request } from './support/policy/evaluate.ts';
import {
  arnOf,
  BUCKET,
  DIRECTORY,
  FORBIDDEN_ACTIONS,
  ITEM_ACTIONS,
  keys,
  may,
  OWN,
  role,
  roles,
  TENANTS,
} from './support/policy/production.ts';

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
    expect(withData('two-table').sort()).toEqual([
      'auth',
      'metrics',
      'prepare',
      'purge',
      'remove-project',
      'team',
      'users',
    ]);
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
