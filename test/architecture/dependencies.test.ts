import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDERS = ['src', 'functions', 'local', 'state-machines', 'scripts', 'test'];

interface Outcome {
  readonly modules: readonly string[];
  /** Violations as `rule: from -> to`. */
  readonly violations: readonly string[];
}

/** Runs dependency-cruiser with the repository's own rules in a folder. */
function cruise(directory: string, folders: readonly string[]): Outcome {
  const arguments_ = [
    join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
    ...['--config', join(ROOT, '.dependency-cruiser.cjs'), '--output-type', 'json', ...folders],
  ];
  // It exits with the number of violations; what they are is in its output.
  const output = run(arguments_, directory);
  const { modules, summary } = JSON.parse(output) as {
    modules: { source: string }[];
    summary: { violations: { from: string; to: string; rule: { name: string } }[] };
  };
  return {
    modules: modules.map(({ source }) => source),
    violations: summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`),
  };
}

function run(arguments_: readonly string[], cwd: string): string {
  try {
    return execFileSync(process.execPath, [...arguments_], {
      cwd,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: 'pipe',
    });
  } catch (error) {
    if (error instanceof Error && 'stdout' in error && String(error.stdout).startsWith('{'))
      return String(error.stdout);
    throw error;
  }
}

const PACKAGE = (name: string) => `{"name":"${name}","version":"1.0.0","main":"index.js"}`;
const SETTING = {
  'tsconfig.json':
    '{"compilerOptions":{"module":"NodeNext","moduleResolution":"NodeNext","allowImportingTsExtensions":true}}',
  'package.json': '{"type":"module","dependencies":{"zod":"1.0.0","jose":"1.0.0"}}',
  'node_modules/zod/package.json': PACKAGE('zod'),
  'node_modules/zod/index.js': '',
  'node_modules/jose/package.json': PACKAGE('jose'),
  'node_modules/jose/index.js': '',
};

/** Cruises a tree of files made up for the purpose. */
function cruiseFiles(files: Readonly<Record<string, string>>): readonly string[] {
  const directory = mkdtempSync(join(tmpdir(), 'branchline-architecture-'));
  try {
    for (const [path, text] of Object.entries({ ...SETTING, ...files })) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    return cruise(directory, [...new Set(Object.keys(files).map((path) => path.split('/', 1)[0] ?? ''))])
      .violations;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test('the modules import only what the design’s table allows', () => {
  const { modules, violations } = cruise(ROOT, FOLDERS);

  expect(violations).toEqual([]);
  // Without a parser for TypeScript it would see nothing and find nothing.
  for (const folder of FOLDERS) {
    expect(modules.filter((source) => source.startsWith(`${folder}/`)).length, folder).toBeGreaterThan(0);
  }
  expect(modules.length).toBeGreaterThan(200);
});

describe('the rules forbid', () => {
  const value = (from: string) => `import { a } from '${from}';\nexport const b = a;\n`;
  const a = 'export const a = 1;\n';

  test.each([
    [
      'the domain to use Node',
      'domain-only-domain-and-pure-packages',
      { 'src/domain/x/index.ts': value('node:fs') },
    ],
    [
      'the domain to use a package',
      'domain-only-domain-and-pure-packages',
      { 'src/domain/x/index.ts': value('jose') },
    ],
    [
      'the domain to use adapters, also for a type alone',
      'domain-only-domain-and-pure-packages',
      { 'src/domain/x/index.ts': "export type { a } from '../../adapters/y.ts';\n", 'src/adapters/y.ts': a },
    ],
    [
      'a domain module to reach into another',
      'domain-modules-through-index',
      { 'src/domain/x/index.ts': value('../y/model.ts'), 'src/domain/y/model.ts': a },
    ],
    [
      'an adapter to reach into a domain module',
      'domain-from-outside-through-index',
      { 'src/adapters/x.ts': value('../domain/y/model.ts'), 'src/domain/y/model.ts': a },
    ],
    [
      'adapters to use functions',
      'adapters-know-no-entry-point',
      { 'src/adapters/x.ts': value('../../functions/y.ts'), 'functions/y.ts': a },
    ],
    [
      'contracts to use adapters',
      'contracts-only-domain-and-pure-packages',
      { 'src/contracts/x.ts': value('../adapters/y.ts'), 'src/adapters/y.ts': a },
    ],
    [
      'handlers to use adapters',
      'handlers-get-adapters-from-runtime',
      { 'functions/api/x/handler.ts': value('../../../src/adapters/y.ts'), 'src/adapters/y.ts': a },
    ],
    [
      'functions to use the laptop',
      'functions-never-the-other-side',
      { 'functions/x.ts': value('../local/y.ts'), 'local/y.ts': a },
    ],
    [
      'anything to use tests',
      'production-never-imports-test',
      { 'local/x.ts': value('../test/y.ts'), 'test/y.ts': a },
    ],
    [
      'anything to use infra',
      'nobody-imports-infra',
      { 'local/x.ts': value('../infra/y.ts'), 'infra/y.ts': a },
    ],
    [
      'scripts to load a stack, also by way of what they may use',
      'scripts-never-load-stacks',
      {
        'scripts/x.ts': value('../infra/y.ts'),
        'infra/y.ts': "export { a } from './stacks/z.ts';\n",
        'infra/stacks/z.ts': a,
      },
    ],
    [
      'circles',
      'no-circular',
      {
        'local/x.ts': value('./y.ts'),
        'local/y.ts': "import { b } from './x.ts';\nexport const a = () => b;\n",
      },
    ],
    ['what isn’t there', 'resolvable', { 'local/x.ts': value('./nothing.ts') }],
  ])('%s', (_what, rule, files) => {
    expect(cruiseFiles(files).map((violation) => violation.split(':', 1)[0])).toContain(rule);
  });

  test('nothing else: the same files without the fault pass', () => {
    const files = {
      'src/domain/x/index.ts':
        "import * as z from 'zod';\nimport { a } from '../y/index.ts';\nexport const b = z.literal(a);\n",
      'src/domain/y/index.ts': "export { a } from './model.ts';\n",
      'src/domain/y/model.ts': a,
      'src/contracts/x.ts': value('../domain/y/index.ts'),
      'src/adapters/x.ts': value('../contracts/x.ts').replace('{ a }', '{ b as a }'),
      'functions/api/x/handler.ts': value('../../../src/domain/y/index.ts'),
      'functions/api/x/lambda.ts': "import { b } from '../../../src/adapters/x.ts';\nexport const c = b;\n",
    };

    expect(cruiseFiles(files)).toEqual([]);
  });
});
