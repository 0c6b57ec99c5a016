import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync, type Metafile } from 'esbuild';
import { buildArgon2Layer } from '../../layers/argon2/build.ts';
import type { Assets } from './assets.ts';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));
const OUTPUT = join(CHECKOUT, 'cdk.out', 'bundles');
// Some dependencies are CommonJS, and call `require` for Node's own modules.
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/** What a bundle holds in the place of a package; docs/adr/0014 has the reasons and what each saves. */
const REPLACEMENTS = {
  '@node-rs/argon2': 'layers/argon2/load.cjs',
  '@aws-sdk/credential-provider-node': 'infra/assets/replacements/environment-credentials.ts',
  // Its CommonJS module, which `node` would get, can't be shaken: all of git would be in the bundle.
  'isomorphic-git': 'node_modules/isomorphic-git/index.js',
  'sha.js/sha1.js': 'infra/assets/replacements/sha1.ts',
  diff3: 'infra/assets/replacements/diff3.ts',
  '@aws-sdk/endpoint-cache': 'infra/assets/replacements/endpoint-cache.ts',
  '@ioredis/commands': 'infra/assets/replacements/redis-commands.ts',
  // It packs with Node's own streams, and takes this for unpacking alone.
  pako: 'node_modules/pako/lib/inflate.js',
} as const;

/** A bundle, and what esbuild says is in it. */
export interface Bundle {
  /** The folder with `index.mjs` and its source map. */
  readonly folder: string;
  readonly file: string;
  readonly metafile: Metafile;
}

/** Bundles each entry point by esbuild, as it is asked for. */
export const bundledAssets: Assets = {
  functionCode: (entry) => Code.fromAsset(bundle(entry).folder),
  argon2Layer: (architecture) => Code.fromAsset(buildArgon2Layer(architecture)),
};

/** Bundles one entry point. @param entry - its file, from the checkout's root */
export function bundle(entry: string): Bundle {
  const source = join(CHECKOUT, entry);
  if (!existsSync(source))
    throw new Error(`There is no ${entry}, which a function in infra/functions.ts names`);
  const folder = join(OUTPUT, entry.replace(/\.ts$/, '').replaceAll('/', '-'));
  const file = join(folder, 'index.mjs');
  mkdirSync(folder, { recursive: true });
  const { metafile } = buildSync({
    entryPoints: [source],
    absWorkingDir: CHECKOUT,
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    banner: { js: REQUIRE },
    alias: Object.fromEntries(Object.entries(REPLACEMENTS).map(([from, to]) => [from, join(CHECKOUT, to)])),
    external: ['@node-rs/argon2-*'],
    logLevel: 'warning',
  });
  return { folder, file, metafile };
}
