import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cacheKey } from '../../../../src/adapters/cache/keys.ts';
import { keys } from '../../../../src/adapters/stores/keys.ts';

const id = (prefix: string) => fc.uuid().map((uuid) => `${prefix}_${uuid}`);
const stage = fc.constantFrom('dev', 'staging', 'prod', 'local');

test('two tenants never share a key, and each key begins with its tenant', () => {
  fc.assert(
    fc.property(stage, stage, id('ten'), id('ten'), id('prj'), id('prj'), (one, two, a, b, p, q) => {
      const first = cacheKey(one, keys.project(a, p));
      expect(first.startsWith(`branchline:${one}:T#${a}#`)).toBe(true);
      expect(first === cacheKey(two, keys.project(b, q))).toBe(one === two && a === b && p === q);
      expect(cacheKey(one, keys.project(b, p)) === first).toBe(a === b);
    }),
  );
});

test('what is no tenant’s has none', () => {
  expect(() => cacheKey('dev', keys.email('ada@example.com'))).toThrow('directory');
});
