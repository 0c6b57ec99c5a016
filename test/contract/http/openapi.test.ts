import { describe, expect, test } from 'vitest';
import { ROUTES } from '../../../src/contracts/http/catalog.ts';
import { createOpenApi } from '../../../src/contracts/http/openapi.ts';
import { statusOf } from '../../../src/contracts/http/problem.ts';
import { errorsOf, type Route } from '../../../src/contracts/http/route.ts';

type Json = Readonly<Record<string, unknown>>;

const document = createOpenApi() as Json & {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
};
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);
const routes = Object.entries<Route>(ROUTES);

/** Every object of the document, with where it is. */
function* objectsOf(value: unknown, pointer = '#'): Generator<readonly [pointer: string, object: Json]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [pointer, value as Json];
  for (const [name, part] of Object.entries(value)) {
    yield* objectsOf(part, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  }
}

const objects = [...objectsOf(document)];
const pointers = new Set(objects.map(([pointer]) => pointer));

describe('the document', () => {
  test('is OpenAPI 3.1 and plain JSON', () => {
    expect(document['openapi']).toBe('3.1.0');
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });

  test('has every route once, under an id of its own', () => {
    const found = operations.map(
      ({ method, path, operation }) => `${String(operation['operationId'])} ${method} ${path}`,
    );

    expect(found.sort()).toEqual(routes.map(([id, route]) => `${id} ${route.method} ${route.path}`).sort());
    expect(new Set(routes.map(([, { method, path }]) => `${method} ${path}`)).size).toBe(routes.length);
  });

  test('refers to nothing that isn’t there', () => {
    const references = objects.flatMap(([, object]) =>
      typeof object['$ref'] === 'string' ? [object['$ref']] : [],
    );

    expect(references.length).toBeGreaterThan(0);
    expect(references.filter((reference) => !pointers.has(reference))).toEqual([]);
  });

  test('has no schema dialect or definitions inside of schemas, where readers would not look', () => {
    const names = objects.flatMap(([, object]) => Object.keys(object));

    expect(names).not.toContain('$schema');
    expect(names).not.toContain('$defs');
  });

  test('has only patterns that are regular expressions', () => {
    const patterns = objects.flatMap(([, object]) =>
      typeof object['pattern'] === 'string' ? [object['pattern']] : [],
    );

    expect(patterns.length).toBeGreaterThan(0);
    for (const pattern of patterns) expect(() => new RegExp(pattern, 'u'), pattern).not.toThrow();
  });

  test('forbids fields that aren’t known in every body', () => {
    for (const { operation } of operations) {
      const body = operation['requestBody'] as { content: Record<string, { schema: Json }> } | undefined;
      if (body === undefined) continue;
      expect(body.content['application/json']?.schema, String(operation['operationId'])).toMatchObject({
        type: 'object',
        additionalProperties: false,
      });
    }
  });
});

describe.each(routes)('%s', (operation_id, route) => {
  const found = operations.find(({ operation }) => operation['operationId'] === operation_id);
  const operation: Json = found?.operation ?? {};
  const parameters = (operation['parameters'] ?? []) as { name: string; in: string; required: boolean }[];

  test('has exactly the parameters that its path names, all required', () => {
    const named = [...route.path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
    const described = parameters.filter((parameter) => parameter.in === 'path');

    expect(described.map(({ name }) => name)).toEqual(named);
    expect(described.every(({ required }) => required)).toBe(true);
    expect(route.unknown_id !== undefined).toBe(named.length > 0);
  });

  test('has its query’s parameters, none of them required', () => {
    const described = parameters.filter((parameter) => parameter.in === 'query');

    expect(described.map(({ name }) => name)).toEqual(Object.keys(route.query?.shape ?? {}));
    expect(described.filter(({ required }) => required)).toEqual([]);
  });

  test('says whether it needs a token, and which permission', () => {
    const protected_ = route.access !== 'public';

    expect(operation['security']).toEqual(protected_ ? [{ bearer: [] }] : undefined);
    expect(operation['x-permission']).toEqual(protected_ ? route.access : undefined);
  });

  test('has its success and every error that it can answer with', () => {
    const responses = operation['responses'] as Readonly<Record<string, { description: string }>>;
    const unchanged = route.method === 'GET' ? [304] : [];
    const statuses = [route.success.status, ...unchanged, ...errorsOf(route).map(statusOf)].map(String);

    expect(Object.keys(responses).sort()).toEqual([...new Set(statuses)].sort());
    for (const code of errorsOf(route)) expect(responses[statusOf(code)]?.description).toContain(code);
  });
});

describe('what a route may answer', () => {
  test.each(routes.filter(([, { method }]) => method !== 'GET'))('%s may find no room', (_id, route) => {
    expect(errorsOf(route)).toContain('STORAGE_FULL');
  });

  test.each(['createDeployment', 'cancelDeployment', 'rollBackDeployment'] as const)(
    '%s may lose against another writer',
    (id) => {
      expect(errorsOf(ROUTES[id])).toContain('WRITE_CONFLICT');
    },
  );
});
