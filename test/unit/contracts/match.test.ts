import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ROUTES } from '../../../src/contracts/http/catalog.ts';
import { createMatcher } from '../../../src/contracts/http/match.ts';
import type { Route } from '../../../src/contracts/http/route.ts';

const routes = Object.entries<Route>(ROUTES);
const match = createMatcher(routes.map(([, route]) => route));

/** A segment as a client could send it: never empty, and no slash. */
const segment = fc.string({ unit: 'binary-ascii', minLength: 1 }).filter((text) => !text.includes('/'));

describe.each(routes)('%s', (_id, route) => {
  const names = [...route.path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => name);

  test('is found at its path with whatever parameters, by its method alone', () => {
    fc.assert(
      fc.property(fc.array(segment, { minLength: names.length, maxLength: names.length }), (values) => {
        const path = names.reduce(
          (text, name, at) => text.replace(`{${name}}`, () => values[at] ?? ''),
          route.path,
        );
        const found = match(route.method, path);

        expect(found).toMatchObject({ kind: 'route' });
        if (found.kind !== 'route') return;
        expect(found.route.path).toBe(route.path);
        expect(found.parameters).toEqual(Object.fromEntries(names.map((name, at) => [name, values[at]])));
      }),
      { numRuns: 20 },
    );
  });

  test('is not found with an empty parameter, a slash more or less, or in another case', () => {
    const path = route.path.replaceAll(/\{[^}]+\}/g, 'x');
    const others = [`${path}/`, `/${path}`, path.slice(1), path.toUpperCase(), `${path}x/y`];
    if (names.length > 0) others.push(route.path.replaceAll(/\{[^}]+\}/g, ''));

    for (const other of others) expect(match(route.method, other), other).not.toMatchObject({ route });
  });
});

test('HEAD is served wherever GET is, and nowhere else', () => {
  for (const [, { path }] of routes) {
    const filled = path.replaceAll(/\{[^}]+\}/g, 'x');
    const asked = match('GET', filled);
    expect(match('HEAD', filled)).toEqual(asked.kind === 'route' ? { ...asked, method: 'HEAD' } : asked);
  }
});

test('a method that an address does not take is told which it does', () => {
  expect(match('PATCH', '/api/v1/projects')).toEqual({
    kind: 'method_not_allowed',
    allowed: ['GET', 'HEAD', 'OPTIONS', 'POST'],
  });
  expect(match('POST', '/nothing')).toEqual({ kind: 'not_found' });
});

test('no two routes fit one request', () => {
  const shapes = routes.map(([, { method, path }]) => `${method} ${path.replaceAll(/\{[^}]+\}/g, '{}')}`);

  expect(new Set(shapes).size).toBe(shapes.length);
});
