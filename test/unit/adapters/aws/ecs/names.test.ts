import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  clientToken,
  familyOf,
  readServiceTags,
  serviceName,
  serviceNamePrefix,
  serviceTags,
} from '../../../../../src/adapters/aws/ecs/names.ts';
import { SERVICE } from '../../../../support/things.ts';

const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[a-z-]{1,200}$/));

test('a service’s name is one that ECS takes, whatever the names in it', () => {
  fc.assert(
    fc.property(text, text, (environment, name) => {
      const found = serviceName({ ...SERVICE, environment, name });
      expect(found).toMatch(/^[A-Za-z0-9_-]{1,255}$/);
      expect(found.startsWith(serviceNamePrefix(SERVICE.project_id))).toBe(true);
    }),
  );
});

test('two services never share a name', () => {
  const name = (environment: string, service: string) =>
    serviceName({ ...SERVICE, environment, name: service });
  expect(name('a-b', 'c')).not.toBe(name('a', 'b-c'));
  expect(name('a.b', 'c')).not.toBe(name('a/b', 'c'));
  expect(name('production', 'web')).toBe(`${SERVICE.project_id}-production-web-5fa75ac8`);
});

test('a client token is the part of an id that is unique', () => {
  expect(clientToken('dpl_00000000-0000-7000-8000-000000000001')).toHaveLength(36);
});

test('the family in an ARN', () => {
  expect(familyOf('arn:aws:ecs:eu-central-1:1:task-definition/dpl_1:22')).toBe('dpl_1');
});

test('tags tell whose a thing is, or that it is not ours', () => {
  expect(readServiceTags(serviceTags(SERVICE))).toEqual(SERVICE);
  expect(() => readServiceTags([])).toThrow('The tag branchline:tenant is missing');
});
