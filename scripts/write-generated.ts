import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGeneratedFiles } from './generated.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ERROR_PAGES = 'docs/errors';

const files = createGeneratedFiles();
for (const [path, text] of files) {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  writeFileSync(join(ROOT, path), text);
}
// The page of a code that no longer exists goes with it.
for (const name of readdirSync(join(ROOT, ERROR_PAGES))) {
  if (!files.has(`${ERROR_PAGES}/${name}`)) rmSync(join(ROOT, ERROR_PAGES, name));
}
