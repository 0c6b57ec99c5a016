import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../infra/config.ts';
import { needsOf } from '../../scripts/quotas/needs.ts';
import { PROD, resourcesOf, synthesize } from './support/synth.ts';

const LOAD = { builds: 3, apps: 10 };

function needs(context: Readonly<Record<string, unknown>>) {
  const list = needsOf(
    readConfig((name) => context[name]),
    LOAD,
  );
  return new Map(list.map((need) => [need.quota.code, need]));
}

const STAGES = [
  ['dev', { stage: 'dev' }],
  ['staging', { ...PROD, stage: 'staging' }],
  ['prod', PROD],
] as const;

describe.each(STAGES)('what the preflight says that %s needs', (_stage, context) => {
  test('of Lambda is what its stacks reserve, and the hundred that Lambda keeps free', async () => {
    const functions = resourcesOf(await synthesize(context), 'AWS::Lambda::Function');
    const reserved = functions.reduce(
      (sum, { properties }) => sum + Number(properties['ReservedConcurrentExecutions'] ?? 0),
      0,
    );
    expect(needs(context).get('L-B99A9384')?.need).toBe(reserved === 0 ? 10 : reserved + 100);
  });

  test('of the API’s gateway is what its stacks ask for', async () => {
    const templates = await synthesize(context);
    const [stage] = resourcesOf(templates, 'AWS::ApiGatewayV2::Stage');
    expect(stage?.properties['DefaultRouteSettings']).toMatchObject({
      ThrottlingRateLimit: needs(context).get('L-8A5B8E43')?.need,
    });
    expect(needs(context).get('L-65B5C802')?.need).toBe(
      resourcesOf(templates, 'AWS::ApiGatewayV2::Route').length,
    );
  });
});

test.each([
  ['arm64', 'L-5ED1D25B', 'ARM/Small', { Type: 'ARM_CONTAINER', ComputeType: 'BUILD_GENERAL1_SMALL' }],
  ['x86_64', 'L-2DC20C30', 'Linux/Medium', { Type: 'LINUX_CONTAINER', ComputeType: 'BUILD_GENERAL1_MEDIUM' }],
])(
  'builds at once are asked for the machine that builds run on: %s',
  async (architecture, code, name, machine) => {
    const context = { ...PROD, architecture };
    const [project] = resourcesOf(await synthesize(context), 'AWS::CodeBuild::Project');
    expect(project?.properties['Environment']).toMatchObject(machine);

    expect(needs(context).get(code)).toMatchObject({
      need: 3,
      quota: { quota_name: `Concurrently running builds for ${name} environment` },
    });
  },
);

test('apps count only where they run, twice during a rollout', () => {
  expect([...needs(PROD).keys()]).not.toContain('L-3032A538');
  expect(needs({ ...PROD, compute: 'true' }).get('L-3032A538')?.need).toBe(5);
});

test('docs/quotas.md says what production needs of Lambda', () => {
  const page = readFileSync(new URL('../../docs/quotas.md', import.meta.url), 'utf8');
  expect(page).toContain(`${needs(PROD).get('L-B99A9384')?.need} in production`);
});
