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

  test('made of a label is that label', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), (text) => {
        expect(slugify(slugify(text))).toBe(slugify(text));
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

  test('are the same each time, the plain one for whoever has the same names, the hashed one for nobody else', () => {
    fc.assert(
      fc.property(inputs, inputs, (one, other) => {
        fc.pre(one.project_id !== other.project_id);
        const [plain, hashed] = hostCandidates(one);
        expect(hostCandidates({ ...one })).toEqual([plain, hashed]);

        const namesake = hostCandidates({ ...one, project_id: other.project_id });
        expect(namesake[0]).toBe(plain);
        expect(namesake[1]).not.toBe(hashed);
        expect(hostCandidates(other)[1]).not.toBe(hashed);
      }),
    );
  });

  test('differ by their hash for each service and environment of a project, even where nothing else is left of them', () => {
    fc.assert(
      fc.property(inputs, inputs, ({ project_id, project_name }, { service, environment }) => {
        const of = (changes: object) =>
          hostCandidates({ project_id, project_name, service, environment, ...changes })[1].slice(-8);
        const hashes = [of({}), of({ service: 'another' }), of({ environment: 'another' })];
        expect(new Set(hashes).size).toBe(3);
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
