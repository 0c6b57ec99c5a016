import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
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

test('the codes that runbooks speak of exist', () => {
  const runbooks = globSync('docs/runbooks/*.md', { cwd }).map((file) =>
    readFileSync(`${cwd}/${file}`, 'utf8'),
  );
  const named = runbooks.flatMap((text) => [...text.matchAll(/`([A-Z]+(?:_[A-Z]+)+)` (?:in|says|that)/g)]);
  expect(named.length).toBeGreaterThan(0);
  for (const [, code] of named) expect(Object.values(LOG_CODES)).toContain(code);
});
