import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  planBuild,
  type SourceDocument,
  type SourceSnapshot,
  wellKnownFile,
} from '../../../../src/domain/builds/index.ts';

const DATA_FILES = [
  'package.json',
  'railway.json',
  'railway.toml',
  'pyproject.toml',
  'Pipfile',
  'angular.json',
];
const TEXT_FILES = [
  ...['Procfile', 'Staticfile', '.nvmrc', '.python-version', 'runtime.txt', 'requirements.txt', 'go.mod'],
  ...[
    'start.sh',
    'yarn.lock',
    'pnpm-lock.yaml',
    'manage.py',
    'app.py',
    'web/main.py',
    'main.go',
    'vite.config.ts',
  ],
];
const PLAIN_FILES = [
  'index.html',
  'server.js',
  'package-lock.json',
  'uv.lock',
  'Dockerfile',
  'cmd/a/main.go',
];

const value = fc.jsonValue({ maxDepth: 4 });
const words = fc.constantFrom(
  'web: x',
  'root: ..',
  'app = Flask(',
  'def create_app(',
  '-r a.txt',
  '#!/',
  '__metadata:',
  '\0',
);
const text = fc.array(fc.oneof(fc.string(), words)).map((parts) => parts.join('\n'));
const manifest = fc.record(
  {
    scripts: fc.oneof(
      value,
      fc.dictionary(fc.constantFrom('build', 'start', 'prepare', '__proto__'), fc.string()),
    ),
    dependencies: fc.oneof(
      value,
      fc.dictionary(fc.constantFrom('vite', 'next', '__proto__', 'astro'), value),
    ),
    main: value,
    engines: fc.oneof(value, fc.record({ node: value })),
    packageManager: fc.oneof(value, fc.constantFrom('yarn@4.0.0', 'pnpm', 'npm@')),
  },
  { requiredKeys: [] },
);
const sections = fc.record({ build: value, deploy: value, environments: value }, { requiredKeys: [] });
const data = fc.oneof(value, manifest, sections);

const document = (path: string): fc.Arbitrary<SourceDocument> =>
  fc.oneof(
    text.map((content) => ({ kind: 'text' as const, text: content })),
    {
      weight: DATA_FILES.includes(path) ? 5 : 1,
      arbitrary: data.map((content) => ({ kind: 'data' as const, value: content })),
    },
    fc.constant({ kind: 'invalid' as const, reason: 'broken' }),
  );

const documents = fc.record(
  Object.fromEntries([...DATA_FILES, ...TEXT_FILES].map((path) => [path, document(path)])),
  { requiredKeys: [] },
);

test('a plan is made or refused with words, and nothing is thrown, whatever the repository holds', () => {
  fc.assert(
    fc.property(documents, fc.subarray(PLAIN_FILES), fc.option(fc.string()), (docs, plain, kind) => {
      const files = [...Object.keys(docs), ...plain].sort();
      const snapshot: SourceSnapshot = {
        files,
        executables: new Set(files.slice(0, 3)),
        documents: docs as SourceSnapshot['documents'],
        truncated: false,
      };
      const result = planBuild(snapshot, kind === null ? {} : { environment_kind: kind });
      if (!result.ok) {
        expect(result.message).not.toBe('');
        return;
      }
      expect(result.plan.reasons.length).toBeGreaterThan(0);
      expect(planBuild(snapshot, kind === null ? {} : { environment_kind: kind })).toEqual(result);
      if (result.plan.start.kind !== 'static') return;
      expect(result.plan.start.site.root).not.toMatch(/^\/|(?:^|\/)\.\.(?:\/|$)/);
    }),
    { numRuns: 500 },
  );
  expect(Object.prototype).not.toHaveProperty('start');
});

test.each([
  ['package.json', 'json'],
  ['pyproject.toml', 'toml'],
  ['requirements-prod.txt', 'text'],
  ['web/app.py', 'text'],
  ['vite.config.mjs', 'text'],
])('%s is read as %s', (path, format) => {
  expect(wellKnownFile(path)?.format).toBe(format);
});

test.each(['web/package.json', 'a/b/app.py', 'README.md', 'Procfile.dev', 'xgo.mod', 'goxmod'])(
  '%s is not read',
  (path) => {
    expect(wellKnownFile(path)).toBeNull();
  },
);

const LONG_LINES = [
  'app: '.repeat(12_000),
  'def create_app('.repeat(4_000),
  ' '.repeat(60_000),
  `root:${' '.repeat(60_000)}#`,
  `web:${' '.repeat(60_000)}a\u2028b`,
];

test.each(LONG_LINES)('a text made to slow the rules down does not (%#)', (content) => {
  const paths = ['Procfile', 'Staticfile', 'requirements.txt', 'app.py', 'web/main.py', 'go.mod', 'start.sh'];
  const tree = [...paths, ...Array.from({ length: 100 }, (_, index) => `p/m${index}.py`)];
  const text_document = { kind: 'text' as const, text: `Flask(\n${content}` };
  const eleventy = {
    scripts: { build: 'x', start: 'eleventy '.repeat(100_000) },
    dependencies: { '@11ty/eleventy': '' },
  };
  const docs: Record<string, SourceDocument> = Object.fromEntries(tree.map((path) => [path, text_document]));
  docs['package.json'] = { kind: 'data', value: eleventy };
  const started = performance.now();
  planBuild({
    files: [...tree, 'package.json'].sort(),
    executables: new Set(),
    documents: docs,
    truncated: false,
  });
  expect(performance.now() - started).toBeLessThan(3_000);
});
