import { describeCommand, exec } from '../commands.ts';
import type { Command, SourceSnapshot, Start, Toolchain } from '../model.ts';
import { firstFile, firstLine, hasFile, textOf } from '../snapshot.ts';
import { nodeVersionRange, wantedVersion } from '../versions.ts';
import { dependencyInstall, managerInstall, runScript, TOOLS_PATH } from './node/commands.ts';
import { choosePackageManager, type PackageManager } from './node/manager.ts';
import { type PackageJson, readPackageJson } from './node/package-json.ts';
import { findStart, type NodeStart } from './node/start.ts';
import { type BuildContext, type Detection, draft, type Provider } from './provider.ts';

const NO_START =
  'no start script, no front-end framework with a build script, no `main` that exists, no server.js, index.js or app.js';
/** Scripts that run by themselves, and may need what is only a development dependency. */
const LIFECYCLE_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare', 'prestart'];

/** Node.js projects, and front-ends that Node.js builds. */
export const node: Provider = {
  name: 'node',
  looks_for: 'package.json, server.js, index.js or app.js',
  programs: ['node', 'npm', 'npx', 'yarn', 'pnpm', 'pnpx', 'bun', 'bunx', 'next', 'tsx', 'ts-node', 'pm2'],
  detect(context) {
    const manifest = readPackageJson(context.snapshot);
    return manifest === null ? detectFile(context.snapshot) : detectProject(context, manifest);
  },
};

function detectFile(snapshot: SourceSnapshot): Detection | null {
  const file = firstFile(snapshot, ['server.js', 'index.js', 'app.js']);
  if (file === null) return null;
  return draft({
    reasons: [`${file}, and no package.json: a Node.js program without dependencies.`],
    toolchains: [nodeToolchain(snapshot, null)],
    start: exec('node', file),
    environment: { NODE_ENV: 'production' },
    certainty: 'guessed',
  });
}

function detectProject(context: BuildContext, manifest: PackageJson): Detection {
  const { snapshot } = context;
  const manager = choosePackageManager(snapshot, manifest);
  const build = buildText(context, manifest);
  const start =
    context.start === null ? findStart({ snapshot, manifest, manager, build }) : stated(context.start);
  const commands = commandsFor(context, manifest, manager, start);
  const uses_npm = manager.package_spec !== null || [...commands.all, start.start].some(runsNpm);
  return draft({
    reasons: [
      'package.json: a Node.js project.',
      ...(commands.installs ? manager.reasons : ['No dependencies: nothing to install.']),
      ...(commands.build.length > 0 ? ['package.json: the build script builds it.'] : []),
      ...start.reasons,
    ],
    warnings: [...manager.warnings, ...lockWarning(manager, commands.installs), ...start.warnings],
    toolchains: [
      nodeToolchain(snapshot, manifest),
      ...(uses_npm ? [{ name: 'npm', commands: ['npm'] } as const] : []),
    ],
    install: commands.install,
    build: commands.build,
    start: start.start,
    no_start: NO_START,
    environment: {
      NODE_ENV: 'production',
      // Yarn's zip files belong to the app at run time: they have to lie inside the tree.
      ...(manager.berry ? { YARN_ENABLE_GLOBAL_CACHE: 'false' } : {}),
    },
    path_prefix: ['node_modules/.bin', ...(manager.package_spec === null ? [] : [TOOLS_PATH])],
    certainty: start.start?.kind === 'static' && !hasFile(snapshot, 'Staticfile') ? 'found' : 'declared',
  });
}

function runsNpm(step: Start | null): boolean {
  return step?.kind === 'exec' && step.argv[0] === 'npm';
}

function stated(command: Command): NodeStart {
  return { start: command, script: describeCommand(command), reasons: [], warnings: [] };
}

function buildText({ build }: BuildContext, manifest: PackageJson): string | null {
  if (build !== null) return describeCommand(build);
  return manifest.scripts.get('build') ?? null;
}

interface NodeCommands {
  readonly install: readonly Command[];
  readonly build: readonly Command[];
  readonly all: readonly Command[];
  /** There are dependencies to install. */
  readonly installs: boolean;
}

function commandsFor(
  context: BuildContext,
  manifest: PackageJson,
  manager: PackageManager,
  start: NodeStart,
): NodeCommands {
  const builds = buildText(context, manifest) !== null;
  const installs = manifest.has_dependencies || LIFECYCLE_SCRIPTS.some((name) => manifest.scripts.has(name));
  const build = context.build === null && manifest.scripts.has('build') ? [runScript(manager, 'build')] : [];
  const dev = builds || needsDevelopment(manifest, start.script);
  const uses_manager = installs || builds || start.script !== '' || start.start?.kind === 'exec';
  const install = [
    ...(uses_manager ? managerInstall(manager) : []),
    ...(installs ? [dependencyInstall(manager, dev)] : []),
  ];
  return { install, build, all: [...install, ...build], installs };
}

/** True unless the project plainly runs without its development dependencies. */
function needsDevelopment(manifest: PackageJson, start_script: string): boolean {
  if (LIFECYCLE_SCRIPTS.some((name) => manifest.scripts.has(name))) return true;
  if (start_script === '') return false;
  if (!/^(?:exec\s+)?(?:\w+=\S+\s+)*node\s/.test(start_script)) return true;
  return [...manifest.dev_dependencies].some((name) => start_script.slice(0, 2000).includes(name));
}

function lockWarning(manager: PackageManager, installs: boolean): string[] {
  if (!installs || manager.lockfile !== null) return [];
  return [`No lockfile: each build may install other versions. Commit the one that ${manager.name} writes.`];
}

function nodeToolchain(snapshot: SourceSnapshot, manifest: PackageJson | null): Toolchain {
  const range = manifest?.node_range ?? null;
  const wanted =
    wantedVersion(range, 'package.json (engines.node)') ??
    versionFile(snapshot, '.nvmrc') ??
    versionFile(snapshot, '.node-version');
  return { name: 'Node.js', commands: ['node'], ...(wanted === null ? {} : { wanted }) };
}

function versionFile(snapshot: SourceSnapshot, path: string): NonNullable<Toolchain['wanted']> | null {
  const line = firstLine(textOf(snapshot, path));
  return line === null ? null : wantedVersion(nodeVersionRange(line), path);
}
