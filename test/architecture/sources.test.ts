import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

function filesOf(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

const DOMAIN = filesOf('src/domain');

test('there is a domain to look at', () => {
  expect(DOMAIN.length).toBeGreaterThan(30);
});

test.each(DOMAIN)('%s is pure: no Node, no process, no time or chance of its own', (path) => {
  // Comments may name what the code may not use, and so may the texts of files that it writes for others.
  const code = readFileSync(join(ROOT, path), 'utf8').replaceAll(
    /\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$|(String\.raw)?`[\s\S]*?`/gm,
    '',
  );

  expect(code).not.toMatch(/from '(node:|fs|path|crypto|process|os)/);
  expect(code).not.toMatch(/\b(process\.|Buffer\b|setTimeout|setInterval|console\.)|await fetch\(/);
  expect(code).not.toMatch(/\b(Date\.now\(|new Date\(\)|Math\.random\(|performance\.now\()/);
});

const COMPOSITIONS = [
  'functions/api',
  'functions/events',
  'functions/schedules',
  'functions/tasks',
  'functions/runtime/aws',
];

test('every client of AWS’s has limits: none waits for ever', () => {
  const made = COMPOSITIONS.flatMap(filesOf).flatMap((path) => {
    const code = readFileSync(join(ROOT, path), 'utf8');
    return [...code.matchAll(/new \w+Client\(([^)]*)\)/g)].map(([text, config = '']) => ({
      path,
      text,
      config,
    }));
  });
  expect(made.length).toBeGreaterThan(1);
  for (const { path, text, config } of made) expect(config, `${path}: ${text}`).toMatch(/_CALLS|_CONFIG/);
});

/** What makes something that calls outside, and how each call of it gets its breaker. */
const CALLERS: readonly (readonly [made: RegExp, guarded: RegExp])[] = [
  [/(?:guardClient\()?(?:new \w+Client|createEcsClient)\(/g, /^guardClient\(/],
  [/create(?:AwsCaller|DynamoTable)\([^;]*?\);/g, /breaker/],
  [/create(?:ObjectClient|S3SourceProvider|GitSource)\(\{[\s\S]*?^\s*\}\)/gm, /breakers/],
];

test.each(CALLERS)('whatever calls outside (%s) does so through a breaker', (made, guarded) => {
  const found = [...COMPOSITIONS, 'local']
    .flatMap(filesOf)
    .flatMap((path) =>
      [...readFileSync(join(ROOT, path), 'utf8').matchAll(made)].map(([text]) => ({ path, text })),
    );
  expect(found.length).toBeGreaterThan(1);
  for (const { path, text } of found) expect(text, path).toMatch(guarded);
});

test('every function of the API gives a table up while its caller still waits', () => {
  const tables = filesOf('functions/api').flatMap((path) =>
    [...readFileSync(join(ROOT, path), 'utf8').matchAll(/create(?:Tenant|Two)Table\([^)]*\)/g)].map(String),
  );
  expect(tables.length).toBeGreaterThan(2);
  for (const call of tables) expect(call).toContain('(AWAITED)');
});

test('no test that shares its worker replaces what the next file would get too: a module, or a client’s class', () => {
  const files = filesOf('test').filter((path) => !path.startsWith('test/aws/'));
  expect(files.length).toBeGreaterThan(100);
  const replacing = files.filter((path) =>
    /^vi\.(?:doM|m)ock\(|= mockClient\([A-Z]/m.test(readFileSync(join(ROOT, path), 'utf8')),
  );
  expect(replacing).toEqual([]);
});
