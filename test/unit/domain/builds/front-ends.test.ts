import { describe, expect, test } from 'vitest';
import { lines, planOf, startLine } from './snapshot.ts';

const LOCK = { 'package-lock.json': '' };
const project = (dependency: string, build = 'build-it', scripts = {}) => ({
  'package.json': { devDependencies: { [dependency]: '*' }, scripts: { build, ...scripts } },
  ...LOCK,
});

describe('a front-end with a build script and no start script', () => {
  test.each([
    ['vite', 'static dist (single page)'],
    ['react-scripts', 'static build (single page)'],
    ['@vue/cli-service', 'static dist (single page)'],
    ['@angular/cli', 'static dist (single page)'],
    ['astro', 'static dist'],
    ['@sveltejs/kit', 'static build'],
    ['gatsby', 'static public'],
    ['@11ty/eleventy', 'static _site'],
    ['parcel', 'static dist'],
    ['@docusaurus/core', 'static build'],
    ['next', 'node_modules/.bin/next start'],
    ['nuxt', 'node .output/server/index.mjs'],
  ])('by %s: %s', (dependency, start) => {
    const plan = planOf(project(dependency));
    expect(startLine(plan)).toBe(start);
    expect(lines(plan.build)).toEqual(['npm run build']);
    expect(lines(plan.install)[0]).toContain('npm ci --include=dev');
  });

  test('a framework stands before the bundler that it uses', () => {
    const manifest = { devDependencies: { vite: '7', astro: '5' }, scripts: { build: 'astro build' } };
    expect(startLine(planOf({ 'package.json': manifest }))).toBe('static dist');
  });

  test.each([
    ['react-scripts', 'react-scripts start', 'static build (single page)'],
    ['vite', 'vite', 'static dist (single page)'],
    ['vite', 'vite --host', 'static dist (single page)'],
    ['vite', 'vite preview', 'static dist (single page)'],
    ['@angular/cli', 'ng serve', 'static dist (single page)'],
    ['@vue/cli-service', 'vue-cli-service serve', 'static dist (single page)'],
    ['gatsby', 'gatsby develop', 'static public'],
    ['parcel', 'parcel src/index.html', 'static dist'],
    ['@11ty/eleventy', 'eleventy --serve', 'static _site'],
    ['vite', 'node server.mjs', 'sh: exec node server.mjs'],
    ['vite', 'vite-node server.ts', 'sh: exec vite-node server.ts'],
    ['next', 'next start', 'sh: exec next start'],
  ])('by %s with the start script "%s": %s', (dependency, script, start) => {
    expect(startLine(planOf(project(dependency, 'build-it', { start: script })))).toBe(start);
  });

  test('a server of its own is started', () => {
    expect(startLine(planOf({ ...project('vite'), 'server.js': '' }))).toBe('node server.js');
  });

  test.each([
    ['vite', 'vite build --outDir www', {}, 'static www (single page)'],
    [
      'vite',
      'vite build',
      { 'vite.config.ts': "export default { build: { outDir: 'out' } }" },
      'static out (single page)',
    ],
    ['vite', 'vite build', { 'vite.config.js': "export default { appType: 'mpa' }" }, 'static dist'],
    ['vite', 'vite build --outDir ../../etc', {}, 'static dist (single page)'],
    ['astro', 'astro build', { 'astro.config.mjs': "export default { output: 'static' }" }, 'static dist'],
    ['@11ty/eleventy', 'eleventy --output=www', {}, 'static www'],
    ['parcel', 'parcel build a.html --dist-dir web', {}, 'static web'],
    ['next', 'next build', { 'next.config.mjs': "export default { output: 'export' }" }, 'static out'],
    ['next', 'next build && next export', {}, 'static out'],
    [
      '@sveltejs/kit',
      'vite build',
      { 'svelte.config.js': "adapter({ fallback: 'index.html' })" },
      'static build (single page)',
    ],
  ])('by %s with its own output: %s %j', (dependency, build, files, start) => {
    expect(startLine(planOf({ ...project(dependency, build), ...files }))).toBe(start);
  });

  test.each([
    [{ builder: '@angular/build:application', options: {} }, 'dist/shop/browser'],
    [{ builder: '@angular-devkit/build-angular:browser', options: { outputPath: 'www' } }, 'www'],
    [{ builder: '@angular/build:application', options: { outputPath: { base: 'out', browser: '' } } }, 'out'],
  ])('by Angular goes by angular.json: %j', (build, folder) => {
    const angular = { projects: { lib: { projectType: 'library' }, shop: { architect: { build } } } };
    const plan = planOf({ ...project('@angular/cli'), 'angular.json': angular });
    expect(startLine(plan)).toBe(`static ${folder} (single page)`);
  });

  test.each([
    ['astro', '@astrojs/node', 'node dist/server/entry.mjs'],
    ['@sveltejs/kit', '@sveltejs/adapter-node', 'node build'],
  ])('by %s with %s is a server', (dependency, adapter, start) => {
    const manifest = { dependencies: { [dependency]: '*', [adapter]: '*' }, scripts: { build: 'b' } };
    expect(startLine(planOf({ 'package.json': manifest }))).toBe(start);
  });

  test('a Staticfile beside it says what is served', () => {
    const plan = planOf({ ...project('webpack'), Staticfile: 'root: out\npushstate: enabled\n' });
    expect(plan.provider).toBe('node');
    expect(startLine(plan)).toBe('static out (single page)');
  });

  test('without a build script it is no front-end', () => {
    const manifest = { devDependencies: { vite: '*' } };
    expect(planOf({ 'package.json': manifest, 'index.html': '' }).provider).toBe('static');
  });
});
