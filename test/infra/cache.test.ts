import { describe, expect, test } from 'vitest';
import { FUNCTIONS } from '../../infra/functions.ts';
import { isAllowed, type Request } from './support/policy/evaluate.ts';
import { readRoles } from './support/policy/roles.ts';
import { resourcesOf, synthesize, type Templates } from './support/synth.ts';

const withCache = await synthesize({ cache: true });
const without = await synthesize();

const PARAMETER = 'arn:aws:ssm:<region>:<account>:parameter/branchline/dev/cache-url';

function those(templates: Templates, request: Request): string[] {
  const roles = readRoles(templates, 'dev');
  return [...FUNCTIONS.keys()].filter((name) => isAllowed(roles.get(name)?.statements ?? [], request));
}

function told(templates: Templates): string[] {
  return resourcesOf(templates, 'AWS::Lambda::Function').flatMap(({ properties }) => {
    const { Variables } = properties['Environment'] as { Variables: Record<string, unknown> };
    const name = String(properties['FunctionName']).replace('branchline-dev-', '');
    return Variables['CACHE_URL_PARAMETER'] === '/branchline/dev/cache-url' ? [name] : [];
  });
}

describe('the address of the shared cache', () => {
  const read = { action: 'ssm:GetParameter', resource: PARAMETER };

  test('is read by the functions that find projects for people, and by no other', () => {
    expect(those(withCache, read)).toEqual(['projects', 'deployments']);
    expect(told(withCache).sort()).toEqual(['deployments', 'projects']);
  });

  test('is read by nobody in a stage without a cache', () => {
    expect(those(without, read)).toEqual([]);
    expect(told(without)).toEqual([]);
  });

  test('is the operator’s: no function writes it', () => {
    for (const overwrite of ['true', 'false']) {
      const write = {
        action: 'ssm:PutParameter',
        resource: PARAMETER,
        context: { 'ssm:Overwrite': overwrite },
      };
      expect(those(withCache, write)).toEqual([]);
    }
  });
});

test('a cache brings no resource of its own', () => {
  const ids = (templates: Templates) =>
    [...templates].map(([stack, { Resources }]) => [stack, Object.keys(Resources)] as const);
  expect(ids(withCache)).toEqual(ids(without));
});
