import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FIGURES_FILE } from '../bench/access/figures.ts';
import { measureFigures } from '../bench/access/measure.ts';
import { createGeneratedFiles } from './generated.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ERROR_PAGES = 'docs/errors';

// The pages and prices go by what was measured.
const figures = await measureFigures();
writeFileSync(join(ROOT, FIGURES_FILE), `${JSON.stringify(figures, null, 2)}\n`);

const files = createGeneratedFiles();
for (const [path, text] of files) {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  writeFileSync(join(ROOT, path), text);
}
// The page of a code that no longer exists goes with it.
for (const name of readdirSync(join(ROOT, ERROR_PAGES))) {
  if (!files.has(`${ERROR_PAGES}/${name}`)) rmSync(join(ROOT, ERROR_PAGES, name));
}
