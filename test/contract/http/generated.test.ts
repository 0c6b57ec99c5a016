import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createGeneratedFiles } from '../../../scripts/generated.ts';

const ROOT = new URL('../../../', import.meta.url);
const files = createGeneratedFiles();

test.each([...files.keys()])('%s is as the code makes it (npm run generate)', (path) => {
  expect(readFileSync(new URL(path, ROOT), 'utf8')).toBe(files.get(path));
});

test('there is no page of an error that no longer exists', () => {
  const pages = readdirSync(new URL('docs/errors/', ROOT)).map((name) => `docs/errors/${name}`);

  expect(pages.filter((path) => !files.has(path))).toEqual([]);
});
