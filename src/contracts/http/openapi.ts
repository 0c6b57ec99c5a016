import * as z from 'zod';
import { ROUTES } from './catalog.ts';
import { PROBLEM_MEDIA_TYPE, problemSchema, statusOf } from './problem.ts';
import { errorsOf, mediaTypeOf, type Route, takesIdempotencyKey } from './route.ts';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of the catalogue. Committed as openapi.json, so that a change to the contract is seen. */
export function createOpenApi(): Json {
  const paths: Record<string, Json> = {};
  for (const [operation_id, route] of Object.entries<Route>(ROUTES)) {
    const path = paths[route.path] ?? {};
    path[route.method.toLowerCase()] = operation(operation_id, route);
    paths[route.path] = path;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Branchline',
      version: '1.0.0',
      description: 'A git URL becomes a running URL.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      headers: Object.fromEntries(
        Object.entries(ANSWER_HEADERS).map(([name, description]) => [
          name,
          { description, schema: { type: name === 'Retry-After' ? 'integer' : 'string' } },
        ]),
      ),
      schemas: { Problem: schemaOf(problemSchema, 'output') },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

function operation(operation_id: string, route: Route): Json {
  const described = parameters(route);
  return {
    operationId: operation_id,
    summary: route.summary,
    tags: [route.function],
    ...(route.access === 'public' ? {} : { security: [{ bearer: [] }], 'x-permission': route.access }),
    ...(described.length === 0 ? {} : { parameters: described }),
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: route.is_body_optional !== true,
            content: { 'application/json': { schema: schemaOf(route.body, 'input') } },
          },
        }),
    responses: {
      [route.success.status]: { ...success(route), ...linksFrom(route) },
      ...(route.method === 'GET'
        ? { 304: { description: 'You have it already', headers: headersOfSuccess(route) } }
        : {}),
      ...failures(route),
    },
  };
}

function parameters(route: Route): Json[] {
  return [
    ...parametersIn('path', route.parameters),
    ...parametersIn('query', route.query),
    ...headersOf(route).map(([name, description]) => ({
      name,
      in: 'header',
      required: false,
      description,
      schema: { type: 'string' },
    })),
  ];
}

/** Request headers that change what a route does. */
function headersOf(route: Route): (readonly [string, string])[] {
  if (route.method === 'GET') return [['If-None-Match', 'ETags that you have: 304 where one is current']];
  if (route.errors.includes('STALE_VERSION')) {
    return [['If-Match', 'The ETag that you read: 412 where the thing has changed since']];
  }
  if (takesIdempotencyKey(route)) {
    return [['Idempotency-Key', 'Names this request: repeating it replays the first answer for a day']];
  }
  return [];
}

function parametersIn(place: 'path' | 'query', schema: z.ZodObject | undefined): Json[] {
  if (schema === undefined) return [];
  const described = schemaOf(schema, 'input');
  const required = new Set((described['required'] ?? []) as string[]);
  return Object.entries((described['properties'] ?? {}) as Record<string, Json>).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.has(name),
    ...(property['description'] === undefined ? {} : { description: property['description'] }),
    schema: property,
  }));
}

function success(route: Route): Json {
  const { description, schema } = route.success;
  const media_type = mediaTypeOf(route);
  const headers = headersOfSuccess(route);
  if (schema === undefined || media_type === undefined) return { description, headers };
  return { description, headers, content: { [media_type]: { schema: schemaOf(schema, 'output') } } };
}

// None is required: a header that an installation's gateway drops breaks no client.
const ANSWER_HEADERS = {
  'X-Request-Id': 'Names the request in the log',
  RateLimit: 'Requests that are left, and the seconds until all are there again',
  'RateLimit-Policy': 'Requests a minute; left out where there is no limit',
  ETag: 'For If-None-Match, and If-Match where a route takes it',
  'Retry-After': 'Seconds after which trying again makes sense',
} as const;
const RETRIED: ReadonlySet<number> = new Set([409, 429, 503]);

function headersOfSuccess(route: Route): Json {
  const limited = route.access !== 'public' || route.function === 'auth';
  return {
    ...reference('X-Request-Id'),
    ...(limited ? { ...reference('RateLimit'), ...reference('RateLimit-Policy') } : {}),
    ...(route.method === 'GET' ? reference('ETag') : {}),
  };
}

/** Where the id of what was made leads: to each route beneath its list that takes this id. */
function linksFrom(route: Route): Json {
  if (route.method !== 'POST' || !(route.success.schema instanceof z.ZodObject)) return {};
  if (!Object.hasOwn(route.success.schema.shape, 'id')) return {};
  const links = Object.entries<Route>(ROUTES).flatMap(([operation_id, { path }]) => {
    const parameter = path.startsWith(`${route.path}/`)
      ? /^\{(\w+)\}/.exec(path.slice(route.path.length + 1))?.[1]
      : undefined;
    if (parameter === undefined) return [];
    const link = { operationId: operation_id, parameters: { [parameter]: '$response.body#/id' } };
    return [[operation_id, link] as const];
  });
  return links.length === 0 ? {} : { links: Object.fromEntries(links) };
}

function reference(header: keyof typeof ANSWER_HEADERS): Json {
  return { [header]: { $ref: `#/components/headers/${header}` } };
}

function failures(route: Route): Json {
  const byStatus = new Map<number, string[]>();
  for (const code of errorsOf(route)) {
    byStatus.set(statusOf(code), [...(byStatus.get(statusOf(code)) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.join(', '),
        ...(RETRIED.has(status) ? { headers: reference('Retry-After') } : {}),
        content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

// Named schemas would be put under $defs of each place that uses them, so they are written out in place.
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const {
    $schema: _dialect,
    $defs: _definitions,
    ...rest
  } = z.toJSONSchema(schema, { io, reused: 'inline' }) as Json;
  return rest;
}
