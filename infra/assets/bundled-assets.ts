import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';
import { buildArgon2Layer } from '../../layers/argon2/build.ts';
import type { Assets } from './assets.ts';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));
const OUTPUT = join(CHECKOUT, 'cdk.out', 'bundles');
// Some dependencies are CommonJS, and call `require` for Node's own modules.
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/** Bundles each entry point by esbuild, as it is asked for. */
export const bundledAssets: Assets = {
  functionCode: (entry) => Code.fromAsset(bundle(entry)),
  argon2Layer: (architecture) => Code.fromAsset(buildArgon2Layer(architecture)),
};

/** Bundles one entry point. @returns the folder with `index.mjs` and its source map */
export function bundle(entry: string): string {
  const source = join(CHECKOUT, entry);
  if (!existsSync(source))
    throw new Error(`There is no ${entry}, which a function in infra/functions.ts names`);
  const folder = join(OUTPUT, entry.replace(/\.ts$/, '').replaceAll('/', '-'));
  mkdirSync(folder, { recursive: true });
  buildSync({
    entryPoints: [source],
    outfile: join(folder, 'index.mjs'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    banner: { js: REQUIRE },
    alias: { '@node-rs/argon2': join(CHECKOUT, 'layers/argon2/load.cjs') },
    external: ['@node-rs/argon2-*'],
    logLevel: 'warning',
  });
  return folder;
}
