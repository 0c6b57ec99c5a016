import { describe, expect, it } from 'vitest';
import { planBuild, toDockerfile } from '../../../../src/domain/builds/index.ts';
import { planOf, snapshot } from './snapshot.ts';

const plan = (tree: Parameters<typeof planOf>[0]) => planOf(tree, { builds_dockerfiles: true });

describe('a repository’s own Dockerfile, where images are built by an engine', () => {
  it('wins over whatever else is detected, and its image starts itself', () => {
    expect(plan({ Dockerfile: '', 'package.json': {}, 'server.js': '' })).toMatchObject({
      provider: 'dockerfile',
      dockerfile: 'Dockerfile',
      install: [],
      build: [],
      start: { kind: 'image' },
      reasons: ['Dockerfile builds its image.'],
      warnings: [],
    });
  });

  it('may be a Containerfile', () => {
    expect(plan({ Containerfile: '' }).dockerfile).toBe('Containerfile');
  });

  it.each(['docker/web.Dockerfile', './docker/web.Dockerfile', '/docker/web.Dockerfile'])(
    'is where build.dockerfilePath says: %s',
    (dockerfilePath) => {
      const files = {
        'docker/web.Dockerfile': '',
        Dockerfile: '',
        'railway.json': { build: { dockerfilePath } },
      };
      expect(plan(files)).toMatchObject({ dockerfile: 'docker/web.Dockerfile', warnings: [] });
    },
  );

  it('that is not where build.dockerfilePath says is an error that names the place', () => {
    const files = { Dockerfile: '', 'railway.json': { build: { dockerfilePath: 'web.Dockerfile' } } };
    expect(planBuild(snapshot(files), { builds_dockerfiles: true })).toEqual({
      ok: false,
      reason: 'invalid_config',
      message: expect.stringContaining('web.Dockerfile'),
    });
  });

  it('is started by deploy.startCommand where there is one, and keeps the rest of what is stated', () => {
    const deploy = { startCommand: './run', preDeployCommand: './migrate', healthcheckPath: '/up' };
    expect(plan({ Dockerfile: '', 'railway.json': { deploy } })).toMatchObject({
      start: { kind: 'shell', script: './run' },
      pre_deploy: [{ kind: 'shell', script: './migrate' }],
      health_check: { path: '/up' },
    });
  });

  it('builds by itself: a build command is named and not run', () => {
    const { build, warnings } = plan({ Dockerfile: '', 'railway.json': { build: { buildCommand: 'make' } } });
    expect(build).toEqual([]);
    expect(warnings).toEqual(['The Dockerfile builds it: build.buildCommand is not run.']);
  });

  it('is not ours to write', () => {
    expect(() => toDockerfile(plan({ Dockerfile: '' }))).toThrow(RangeError);
  });

  it('that is missing leaves detection as it is', () => {
    expect(plan({ 'server.js': '' })).toMatchObject({ provider: 'node' });
    expect(plan({ 'server.js': '' }).dockerfile).toBeUndefined();
  });
});

it('where no engine builds images, build.dockerfilePath is a warning that says so', () => {
  const files = { 'server.js': '', 'railway.json': { build: { dockerfilePath: 'web.Dockerfile' } } };
  const result = planBuild(snapshot(files));
  expect(result).toMatchObject({ ok: true, plan: { provider: 'node' } });
  expect(result.ok && result.plan.warnings).toEqual([expect.stringContaining('no container engine')]);
});
