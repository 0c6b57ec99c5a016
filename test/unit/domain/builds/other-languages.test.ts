import { describe, expect, test } from 'vitest';
import { failureOf, lines, planOf, startLine } from './snapshot.ts';

const GO_MOD = 'module example.com/team/shop/v2\n\ngo 1.22.1\n';
const MAIN = 'package main\n\nfunc main() {}\n';
const BUILD = 'go build -trimpath -buildvcs=false -ldflags=-s -w -o';

describe('a Go module', () => {
  test('is built from its root without downloading another Go', () => {
    const plan = planOf({ 'go.mod': GO_MOD, 'main.go': MAIN });
    expect(plan.provider).toBe('go');
    expect(plan.install).toEqual([]);
    expect(lines(plan.build)).toEqual([`${BUILD} .branchline/app .`]);
    expect(startLine(plan)).toBe('./.branchline/app');
    expect(plan.environment).toEqual({ GOTOOLCHAIN: 'local' });
    expect(plan.toolchains).toEqual([
      { name: 'Go', commands: ['go'], wanted: { range: '>=1.22.1', source: 'go.mod' } },
    ]);
  });

  test('downloads what go.sum lists, unless it is vendored', () => {
    const tree = { 'go.mod': GO_MOD, 'main.go': MAIN, 'go.sum': '' };
    expect(lines(planOf(tree).install)).toEqual(['go mod download']);
    expect(planOf({ ...tree, 'vendor/modules.txt': '' }).install).toEqual([]);
  });

  test('with requirements and no go.sum is a warning', () => {
    const plan = planOf({ 'go.mod': `${GO_MOD}require x.org/y v1.0.0\n`, 'main.go': MAIN });
    expect(plan.warnings).toEqual([expect.stringContaining('go mod tidy')]);
  });

  test.each([
    ['the only one', { 'lib.go': 'package shop', 'cmd/x/main.go': '' }, 'x'],
    [
      'the module’s namesake',
      { 'cmd/a/main.go': '', 'cmd/shop/main.go': '', 'cmd/server/main.go': '' },
      'shop',
    ],
    ['the usual name', { 'cmd/a/main.go': '', 'cmd/server/main.go': '' }, 'server'],
  ])('without a main package in its root builds %s of cmd', (_, tree, name) => {
    expect(lines(planOf({ 'go.mod': GO_MOD, ...tree }).build)).toEqual([
      `${BUILD} .branchline/app ./cmd/${name}`,
    ]);
  });

  test('without a main package that stands out is a failure that names them', () => {
    const { message } = failureOf({ 'go.mod': GO_MOD, 'cmd/a/main.go': '', 'cmd/b/main.go': '' });
    expect(message).toContain('cmd/a, cmd/b');
  });

  test('builds every command where the Procfile starts one from bin', () => {
    const plan = planOf({
      'go.mod': GO_MOD,
      'cmd/a/main.go': '',
      'cmd/b/main.go': '',
      Procfile: 'web: bin/b',
    });
    expect(lines(plan.build)).toEqual([`${BUILD} bin/ ./...`]);
    expect(startLine(plan)).toBe('sh: bin/b');
  });

  test.each([
    ['go build -o out/app ./cmd/a', './out/app'],
    ['go build', './shop'],
    ['make', './.branchline/app'],
  ])('with the build command "%s" starts %s', (buildCommand, start) => {
    const plan = planOf({ 'go.mod': GO_MOD, 'main.go': MAIN, 'railway.json': { build: { buildCommand } } });
    expect(lines(plan.build)).toEqual([`sh: ${buildCommand}`]);
    expect(startLine(plan)).toBe(start);
  });
});

describe('a static site', () => {
  test.each([
    ['index.html', 'static .'],
    ['public/index.html', 'static public'],
    ['dist/index.html', 'static dist'],
  ])('is %s', (file, start) => {
    const plan = planOf({ [file]: '' });
    expect(plan.provider).toBe('static');
    expect(startLine(plan)).toBe(start);
    expect(plan.toolchains).toEqual([]);
  });

  test.each([
    ['root: dist\npushstate: enabled\n', 'static dist (single page)'],
    ['# nothing\n', 'static .'],
    ['root: "./dist/" # built\r\n', 'static dist'],
    ['pushstate: disabled', 'static .'],
  ])('is what the Staticfile says: %j', (text, start) => {
    expect(startLine(planOf({ Staticfile: text, 'dist/a.html': '', 'index.html': '' }))).toBe(start);
  });

  test.each(['../secrets', '/etc', 'missing'])('with the Staticfile root %s is invalid', (root) => {
    const { reason, message } = failureOf({ Staticfile: `root: ${root}`, 'index.html': '' });
    expect(reason).toBe('invalid_config');
    expect(message).toMatch(/^Staticfile: root: .*/);
  });
});

describe('a start.sh', () => {
  test.each([
    ['executable', 'start.sh*', '#!/bin/bash\n', './start.sh', 'bash'],
    ['executable without a first line that names a program', 'start.sh*', 'echo', 'sh start.sh', 'sh'],
    ['not executable', 'start.sh', 'echo', 'sh start.sh', 'sh'],
    ['not executable, for bash', 'start.sh', '#!/usr/bin/env bash\n', 'bash start.sh', 'bash'],
    ['not executable, with options', 'start.sh', '#!/bin/sh -e\n', 'sh -e start.sh', 'sh'],
    ['not executable, by env -S', 'start.sh', '#!/usr/bin/env -S bash -e\n', 'bash -e start.sh', 'bash'],
  ])('%s', (_, path, text, start, program) => {
    const plan = planOf({ [path]: text });
    expect(plan.provider).toBe('shell');
    expect(startLine(plan)).toBe(start);
    expect(plan.toolchains).toEqual([{ name: program, commands: [program] }]);
  });

  test('with Windows line ends is run by its shell, with a warning', () => {
    const plan = planOf({ 'start.sh*': '#!/bin/bash\r\necho\r\n' });
    expect(startLine(plan)).toBe('bash start.sh');
    expect(plan.warnings).toEqual([expect.stringContaining('Windows line ends')]);
  });

  test('starts a language that does not say how it is started', () => {
    const plan = planOf({ 'requirements.txt': 'x', 'start.sh': 'python x.py' });
    expect(plan.provider).toBe('python');
    expect(startLine(plan)).toBe('sh start.sh');
    expect(plan.toolchains.map(({ name }) => name)).toEqual(['Python', 'sh']);
  });
});

describe('a Dockerfile', () => {
  test('alone can not be built yet, and says so', () => {
    const { reason, message } = failureOf({ Dockerfile: '' });
    expect(reason).toBe('toolchain_missing');
    expect(message).toContain('no container engine');
  });

  test('beside a language is a warning', () => {
    const plan = planOf({ Dockerfile: '', 'package.json': {}, 'server.js': '' });
    expect(plan.provider).toBe('node');
    expect(plan.warnings).toEqual([expect.stringContaining('Dockerfile was recognised')]);
  });

  test('beside a language that can not be started is what is missing', () => {
    const { reason, message } = failureOf({ Dockerfile: '', 'requirements.txt': '' });
    expect(reason).toBe('toolchain_missing');
    expect(message).toContain('It is a python project');
  });
});
