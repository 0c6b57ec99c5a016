import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ERRORS } from '../../src/domain/shared/errors.ts';
import { LOG_CODES } from '../../src/domain/shared/log-codes.ts';

const cwd = fileURLToPath(new URL('../..', import.meta.url));
const files = globSync('{src,functions,local}/**/*.ts', { cwd }).filter(
  (file) => !file.endsWith('log-codes.ts'),
);
const sources = files.map((file) => readFileSync(`${cwd}/${file}`, 'utf8')).join('\n');

test('each code of the log is one message’s', () => {
  const codes = Object.values(LOG_CODES);
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
});

test.each(Object.keys(LOG_CODES))('somebody says %j', (message) => {
  expect(sources).toContain(`'${message}'`);
});

const CODE = /[`"]([A-Z]+(?:_[A-Z]+)+)[`"]/g;

test('the codes that people are told to look for exist', () => {
  const pages = globSync('docs/{runbooks/*,observability}.md', { cwd });
  const named = pages.flatMap((page) => [...readFileSync(`${cwd}/${page}`, 'utf8').matchAll(CODE)]);
  const known = [
    ...Object.values(LOG_CODES),
    ...Object.keys(ERRORS),
    'LOG_LEVEL',
    'ERROR_MESSAGE',
  ] as string[];
  expect(named.length).toBeGreaterThan(5);
  for (const [, code] of named) expect(known).toContain(code);
});
