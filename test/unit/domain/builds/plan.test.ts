import { describe, expect, test } from 'vitest';
import { planBuild } from '../../../../src/domain/builds/index.ts';
import { failureOf, lines, planOf, snapshot, startLine } from './snapshot.ts';

const NODE = { 'package.json': { scripts: { start: 'node server.js' } }, 'server.js': '' };

describe('the Procfile', () => {
  test.each([
    ['Node.js', NODE, 'node'],
    ['Python', { 'requirements.txt': '' }, 'python'],
    ['Go', { 'go.mod': 'module x\n', 'main.go': 'package main' }, 'go'],
  ])('wins for the start of %s', (_, tree, provider) => {
    const plan = planOf({ ...tree, Procfile: 'web: run it --port $PORT\n' });
    expect(plan.provider).toBe(provider);
    expect(startLine(plan)).toBe('sh: run it --port $PORT');
    expect(plan.reasons.at(-1)).toBe('Procfile (web) starts it: run it --port $PORT');
  });

  test('alone is enough', () => {
    const plan = planOf({ Procfile: '# comment\n\nweb:   python3 -m http.server $PORT  \r\n' });
    expect(plan).toMatchObject({ provider: 'shell', toolchains: [], install: [], build: [] });
    expect(startLine(plan)).toBe('sh: python3 -m http.server $PORT');
  });

  test('gives the pre-deploy command, and says what is not run', () => {
    const plan = planOf({ ...NODE, Procfile: 'release: migrate\nworker: work\nclock: tick\nnonsense\n' });
    expect(lines(plan.pre_deploy)).toEqual(['sh: migrate']);
    expect(startLine(plan)).toBe('sh: exec node server.js');
    expect(plan.warnings).toEqual([
      'Procfile: worker, clock not run yet; only web and release are.',
      'Procfile: line 4 is not of the form NAME: COMMAND, and is ignored.',
    ]);
  });

  test('without web is mentioned when nothing starts the app', () => {
    expect(failureOf({ Procfile: 'worker: x' }).message).toContain('The Procfile has no line');
  });

  test('decides between languages by the program that it starts', () => {
    const both = { 'package.json': {}, 'requirements.txt': 'gunicorn' };
    expect(planOf({ ...both, Procfile: 'web: gunicorn app:app' }).provider).toBe('python');
    expect(planOf({ ...both, Procfile: 'web: NODE_OPTIONS=x exec node x.js' }).provider).toBe('node');
    expect(planOf({ ...both, Procfile: 'web: .venv/bin/uvicorn x:y' }).provider).toBe('python');
  });

  test('beats a static site', () => {
    const plan = planOf({ 'index.html': '', Procfile: 'web: serve' });
    expect([plan.provider, startLine(plan)]).toEqual(['shell', 'sh: serve']);
  });
});

describe('several kinds in one repository', () => {
  const python = { 'requirements.txt': '', 'main.py': '' };
  const vite = { 'package.json': { devDependencies: { vite: '*' }, scripts: { build: 'vite build' } } };

  test('Node.js stands before Python, with a warning', () => {
    const plan = planOf({ ...NODE, ...python });
    expect(plan.provider).toBe('node');
    expect(plan.warnings).toEqual([expect.stringContaining('Also recognised: python')]);
  });

  test('a server stands before a front-end, with a warning', () => {
    const plan = planOf({ ...vite, ...python });
    expect(plan.provider).toBe('python');
    expect(plan.warnings).toEqual([expect.stringContaining('Also recognised: node')]);
  });

  test('what can be started stands before what can not', () => {
    expect(planOf({ 'package.json': {}, ...python }).provider).toBe('python');
    expect(planOf({ 'package.json': {}, 'index.html': '' }).provider).toBe('static');
  });

  test('pages stand before a file that may be anything', () => {
    expect(planOf({ 'index.html': '', 'index.js': '' }).provider).toBe('static');
    expect(planOf({ 'index.html': '', 'main.py': '' }).provider).toBe('static');
  });

  test('an index.html beside a project is no second language', () => {
    expect(planOf({ ...NODE, 'index.html': '', 'start.sh': '' }).warnings).toEqual([]);
  });
});

test('nothing detected says everything that was looked for', () => {
  const { reason, message } = failureOf({ 'README.md': '' });
  expect(reason).toBe('nothing_detected');
  for (const name of ['package.json', 'requirements.txt', 'go.mod', 'index.html', 'start.sh', 'Dockerfile']) {
    expect(message).toContain(name);
  }
  expect(message).toContain('Procfile');
  expect(message).toContain('deploy.startCommand');
});

test('a tree that was cut off is a warning', () => {
  const result = planBuild({ ...snapshot(NODE), truncated: true });
  expect(result).toMatchObject({
    ok: true,
    plan: { warnings: [expect.stringContaining('very many files')] },
  });
});
