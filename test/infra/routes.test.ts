import { describe, expect, test } from 'vitest';
import { ROUTES } from '../../src/contracts/http/catalog.ts';
import { routeKeysOf } from '../../src/contracts/http/route.ts';
import { createResolver } from './support/policy/resolve.ts';
import { PROD, resourcesOf, synthesize } from './support/synth.ts';

const templates = await synthesize(PROD);
const resolve = createResolver(templates);

const MAX_ROUTES = 300;
const MAX_POLICY_BYTES = 20_480;

const sorted = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).toSorted();

/** The function that a route of the template runs, by its name. */
function targetOf(route: Readonly<Record<string, unknown>>): string {
  const integration = /^integrations\/<api\/(\w+)>$/.exec(String(resolve('api', route['Target'])))?.[1] ?? '';
  const uri = resolve('api', templates.get('api')?.Resources[integration]?.Properties?.['IntegrationUri']);
  const id = /^<api\/(\w+)\.Arn>$/.exec(String(uri))?.[1] ?? '';
  return String(templates.get('api')?.Resources[id]?.Properties?.['FunctionName']).replace(
    'branchline-prod-',
    '',
  );
}

const deployed = resourcesOf(templates, 'AWS::ApiGatewayV2::Route').map(
  ({ properties }) => [String(properties['RouteKey']), targetOf(properties)] as const,
);

describe('the routes of the HTTP API', () => {
  test('are the catalogue’s, each with its function, HEAD beside each GET, and $default', () => {
    const wanted = Object.values(ROUTES).flatMap((route) =>
      routeKeysOf(route).map((key) => [key, route.function]),
    );
    expect(sorted(deployed)).toEqual(sorted([...wanted, ['$default', 'meta']]));
    const asked = (method: string) =>
      deployed.flatMap(([key]) => (key.startsWith(`${method} `) ? [key.slice(method.length)] : []));
    expect(asked('HEAD').toSorted()).toEqual(asked('GET').toSorted());
    expect(asked('GET').length).toBeGreaterThan(0);
  });

  // docs/quotas.md has both, and where they come from.
  test('leave room below what an API holds, and don’t fill their functions’ policies', () => {
    expect(deployed.length).toBeLessThanOrEqual(MAX_ROUTES);
    const sizes = new Map<string, number>();
    for (const { stack, properties } of resourcesOf(templates, 'AWS::Lambda::Permission')) {
      const name = String(resolve(stack, properties['FunctionName']));
      sizes.set(name, (sizes.get(name) ?? 0) + JSON.stringify(properties).length);
    }
    for (const size of sizes.values()) expect(size).toBeLessThanOrEqual(MAX_POLICY_BYTES);
  });

  test('may run their functions', () => {
    const permitted = resourcesOf(templates, 'AWS::Lambda::Permission').filter(
      ({ stack }) => stack === 'api',
    );
    const functions = permitted.map(({ properties }) => resolve('api', properties['FunctionName']));
    expect(new Set(functions).size).toBe(new Set(Object.values(ROUTES).map((route) => route.function)).size);
    const sources = permitted.map(({ properties }) => {
      expect(properties['Principal']).toBe('apigateway.amazonaws.com');
      return String(resolve('api', properties['SourceArn'])).replace(/^.*:<api\/Api\w+>/, '');
    });
    // $default has no method and path of its own, which the general pattern wants.
    expect(new Set(sources)).toEqual(new Set(['/*/*/*', '/*/$default']));
  });
});

describe('the stage of the HTTP API', () => {
  const [stage] = resourcesOf(templates, 'AWS::ApiGatewayV2::Stage');
  const settings = (stage?.properties['AccessLogSettings'] ?? {}) as { Format: string };

  test('lets through no more than it is told', () => {
    expect(stage?.properties['DefaultRouteSettings']).toMatchObject({
      ThrottlingRateLimit: 200,
      ThrottlingBurstLimit: 400,
    });
  });

  test('logs no header that could hold a token, and no query', () => {
    const fields = JSON.parse(settings.Format) as Record<string, string>;
    const sources = Object.values(fields);
    expect(sources).toContain('$context.routeKey');
    for (const source of sources) expect(source).toMatch(/^\$context\.(?!.*(authorizer|header|query))/i);
  });
});
