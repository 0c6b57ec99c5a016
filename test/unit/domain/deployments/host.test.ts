import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostCandidates, slugify } from '../../../../src/domain/deployments/host.ts';

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

const inputs = fc.record({
  project_name: fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[a-zA-Z0-9._-]{2,90}$/)),
  project_id: fc.uuid().map((id) => `prj_${id}`),
  service: fc.constantFrom('web', 'worker', 'A Very.Long_Service Name'.repeat(4), '-'),
  environment: fc.constantFrom('production', 'staging', 'pr-17', '...'),
});

describe('a host label', () => {
  test('made of whatever text is a valid DNS label', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), (text) => {
        expect(slugify(text)).toMatch(LABEL);
      }),
    );
  });

  test.each([
    ['Shop', 'shop'],
    ['my_shop.v2', 'my-shop-v2'],
    ['--a--b--', 'a-b'],
    ['', 'app'],
    ['...', 'app'],
    ['日本', 'app'],
    ['Ünicode', 'nicode'],
    [`${'a'.repeat(62)}-b`, 'a'.repeat(62)],
    ['a'.repeat(64), 'a'.repeat(63)],
  ])('of %j is %s', (text, label) => {
    expect(slugify(text)).toBe(label);
  });
});

describe('the labels to try for a service', () => {
  test('are two different valid ones, the second with a hash', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const [plain, hashed] = hostCandidates(input);
        expect(plain).toMatch(LABEL);
        expect(hashed).toMatch(LABEL);
        expect(hashed).not.toBe(plain);
        expect(hashed).toMatch(/-[a-z0-9]{8}$/);
      }),
    );
  });

  test('name the service and environment where they aren’t the default ones', () => {
    const base = { project_name: 'Shop', project_id: 'prj_1', service: 'web', environment: 'production' };

    expect(hostCandidates(base)[0]).toBe('shop');
    expect(hostCandidates({ ...base, environment: 'staging' })[0]).toBe('staging-shop');
    expect(hostCandidates({ ...base, service: 'api', environment: 'staging' })[0]).toBe('api-staging-shop');
  });

  test('are the same each time, and hashed differently for each project, service and environment', () => {
    const base = { project_name: 'shop', project_id: 'prj_1', service: 'web', environment: 'production' };
    const variants = [
      base,
      { ...base, project_id: 'prj_2' },
      { ...base, service: 'api' },
      { ...base, environment: 'staging' },
    ].map((input) => hostCandidates(input)[1].slice(-8));

    expect(hostCandidates(base)).toEqual(hostCandidates({ ...base }));
    expect(new Set(variants).size).toBe(variants.length);
  });
});
