import { exec } from '../../commands.ts';
import type { Command, SourceSnapshot, StaticSite } from '../../model.ts';
import { configText, insideTree } from '../../snapshot.ts';
import { angularOutput } from './angular.ts';
import { dependsOn, type PackageJson } from './package-json.ts';

/** What a framework's build leaves behind: files to serve, or a server to start. */
export type FrameworkOutput =
  | { readonly kind: 'static'; readonly name: string; readonly site: StaticSite }
  | { readonly kind: 'server'; readonly name: string; readonly command: Command };

interface Framework {
  readonly name: string;
  /** Any of these packages means that the project uses it. */
  readonly packages: readonly string[];
  /** What the build makes; `configured` is the folder that the build script or configuration names. */
  readonly output: (snapshot: SourceSnapshot, manifest: PackageJson, configured: string | null) => Output;
}

type Output = StaticSite | Command;

const site = (root: string, single_page = false): StaticSite => ({ root, single_page });

/** In order: a framework stands before the tools that it is made of. */
const FRAMEWORKS: readonly Framework[] = [
  {
    name: 'Next.js',
    packages: ['next'],
    output: (snapshot, manifest) =>
      isNextExport(snapshot, manifest) ? site('out') : exec('node_modules/.bin/next', 'start'),
  },
  { name: 'Nuxt', packages: ['nuxt'], output: () => exec('node', '.output/server/index.mjs') },
  {
    name: 'Astro',
    packages: ['astro'],
    output: (_, manifest, folder) =>
      dependsOn(manifest, '@astrojs/node') ? exec('node', 'dist/server/entry.mjs') : site(folder ?? 'dist'),
  },
  {
    name: 'SvelteKit',
    packages: ['@sveltejs/kit'],
    output: (snapshot, manifest, folder) =>
      dependsOn(manifest, '@sveltejs/adapter-node')
        ? exec('node', 'build')
        : site(folder ?? 'build', /fallback:\s*['"]index\.html/.test(configText(snapshot, 'svelte.config.'))),
  },
  { name: 'Gatsby', packages: ['gatsby'], output: () => site('public') },
  { name: 'Docusaurus', packages: ['@docusaurus/core'], output: (_, __, folder) => site(folder ?? 'build') },
  { name: 'Eleventy', packages: ['@11ty/eleventy'], output: (_, __, folder) => site(folder ?? '_site') },
  { name: 'Create React App', packages: ['react-scripts'], output: () => site('build', true) },
  {
    name: 'Vue CLI',
    packages: ['@vue/cli-service'],
    output: (_, __, folder) => site(folder ?? 'dist', true),
  },
  {
    name: 'Angular',
    packages: ['@angular/cli', '@angular/core'],
    output: (snapshot, _, folder) => site(angularOutput(snapshot) ?? folder ?? 'dist', true),
  },
  {
    name: 'Parcel',
    packages: ['parcel', 'parcel-bundler'],
    output: (_, __, folder) => site(folder ?? 'dist'),
  },
  {
    name: 'Vite',
    packages: ['vite'],
    output: (snapshot, _, folder) =>
      site(folder ?? 'dist', !/appType:\s*['"]mpa/.test(configText(snapshot, 'vite.config.'))),
  },
];

const DEVELOPMENT_SERVERS = [
  /\b(?:react-scripts|craco|react-app-rewired)\s+start\b/,
  /\bvue-cli-service\s+serve\b/,
  /\bng\s+(?:serve|s)\b/,
  /\bgatsby\s+(?:develop|serve)\b/,
  /\bastro\s+(?:dev|start|preview)\b/,
  /\bdocusaurus\s+(?:start|serve)\b/,
  /\beleventy\b.{0,200}--(?:serve|watch)\b/,
  /\bparcel\b(?!\s+build)/,
  /\bvite\b(?!\S)(?!\s+build)/,
];

/** True when a start script only starts a front-end's development server, which is not for serving users. */
export function isDevelopmentServer(script: string): boolean {
  return DEVELOPMENT_SERVERS.some((pattern) => pattern.test(script));
}

/** What the project's build makes, by its framework; null when it uses none that is known. */
export function frameworkOutput(
  snapshot: SourceSnapshot,
  manifest: PackageJson,
  build_script: string,
): FrameworkOutput | null {
  const framework = FRAMEWORKS.find(({ packages }) => packages.some((name) => dependsOn(manifest, name)));
  if (framework === undefined) return null;
  const output = framework.output(snapshot, manifest, configuredFolder(snapshot, build_script));
  return 'kind' in output
    ? { kind: 'server', name: framework.name, command: output }
    : { kind: 'static', name: framework.name, site: output };
}

function isNextExport(snapshot: SourceSnapshot, manifest: PackageJson): boolean {
  const script = manifest.scripts.get('build') ?? '';
  return (
    /\bnext\s+export\b/.test(script) || /output:\s*['"]export/.test(configText(snapshot, 'next.config.'))
  );
}

/** The output folder that the build script's options or the tool's configuration name. */
function configuredFolder(snapshot: SourceSnapshot, build_script: string): string | null {
  const option = /--(?:out-?dir|dist-dir|dest|output)[= ]["']?([^\s"']+)/i.exec(build_script)?.[1];
  const config = configText(snapshot, 'vite.config.', 'astro.config.', 'eleventy.config.', '.eleventy.js');
  const setting = /\b(?:outDir|output):\s*['"]([^'"]+)['"]/.exec(config)?.[1];
  const folder = option ?? (setting === 'static' || setting === 'server' ? undefined : setting);
  return folder === undefined ? null : insideTree(folder);
}
