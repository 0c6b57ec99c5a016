import { shell } from '../../commands.ts';
import type { SourceSnapshot, Start } from '../../model.ts';
import { firstFile, hasFile, insideTree } from '../../snapshot.ts';
import { readStaticfile } from '../../staticfile.ts';
import { runFile, runScript } from './commands.ts';
import { frameworkOutput, isDevelopmentServer } from './frameworks.ts';
import type { PackageManager } from './manager.ts';
import type { PackageJson } from './package-json.ts';

/** How a Node project is started, and why. */
export interface NodeStart {
  readonly start: Start | null;
  /** Text of the script that runs; empty when a file or nothing does. */
  readonly script: string;
  readonly reasons: readonly string[];
  readonly warnings: readonly string[];
}

interface Project {
  readonly snapshot: SourceSnapshot;
  readonly manifest: PackageJson;
  readonly manager: PackageManager;
  /** Text of the build command; null when nothing is built. */
  readonly build: string | null;
}

type Rule = (project: Project) => NodeStart | null;

const ENTRY_FILES = ['server.js', 'index.js', 'app.js'];
const BUN_ENTRY_FILES = ['index.ts', 'server.ts', 'src/index.ts', ...ENTRY_FILES];

/** First rule that finds something wins. */
const RULES: readonly Rule[] = [byStaticfile, byScript, byServerFile, byFramework, byMain, byEntryFile];

/** Finds how to start the project when neither railway.json nor the Procfile says it. */
export function findStart(project: Project): NodeStart {
  for (const rule of RULES) {
    const found = rule(project);
    if (found !== null) return found;
  }
  const { main } = project.manifest;
  const warnings = main === null ? [] : [`package.json (main): there is no ${main}.`];
  return { start: null, script: '', reasons: [], warnings };
}

function byStaticfile({ snapshot, build }: Project): NodeStart | null {
  // Without a build there is nothing for Node.js to do: the static provider serves it.
  const site = build === null ? null : readStaticfile(snapshot, true);
  return site === null ? null : found({ kind: 'static', site }, `Staticfile: ${site.root} is served.`);
}

function byScript({ snapshot, manifest, manager, build }: Project): NodeStart | null {
  const script = manifest.scripts.get('start');
  if (script === undefined) return null;
  // A front-end's own development server neither listens on PORT nor serves what the build made.
  if (isDevelopmentServer(script) && build !== null && frameworkOutput(snapshot, manifest, build) !== null) {
    return null;
  }
  const start = isPlainCommand(manifest, manager, script)
    ? shell(`exec ${script}`)
    : runScript(manager, 'start');
  return { ...found(start, 'package.json: the start script starts it.'), script };
}

// One program with plain arguments: no operator, quote, variable or assignment that `exec` in front would change.
const PLAIN_COMMAND = /^[\w./@+-]+(?: [\w./@+:,=-]+)*$/;

/** True where the script can take the place of the package manager, which would only stand beside the app: half a
 *  second and tens of megabytes for each start, and one more process between it and its signals. */
function isPlainCommand(manifest: PackageJson, manager: PackageManager, script: string): boolean {
  if (manager.berry || manager.name === 'bun') return false;
  if (manifest.scripts.has('prestart') || manifest.scripts.has('poststart')) return false;
  return PLAIN_COMMAND.test(script);
}

function byServerFile({ snapshot, manager }: Project): NodeStart | null {
  if (!hasFile(snapshot, 'server.js')) return null;
  return found(runFile(manager, 'server.js'), 'server.js is started.');
}

function byFramework({ snapshot, manifest, build }: Project): NodeStart | null {
  if (build === null) return null;
  const output = frameworkOutput(snapshot, manifest, build);
  if (output === null) return null;
  if (output.kind === 'server') return found(output.command, `${output.name}: its server is started.`);
  return found(
    { kind: 'static', site: output.site },
    `${output.name}: the build's output folder ${output.site.root} is served.`,
  );
}

function byMain({ snapshot, manifest, manager, build }: Project): NodeStart | null {
  const main = manifest.main === null ? null : insideTree(manifest.main);
  if (main === null) return null;
  const existing = firstFile(snapshot, [main, `${main}.js`, `${main}/index.js`]);
  // What a build makes isn't there yet.
  const file = existing ?? (build === null ? null : main);
  return file === null ? null : found(runFile(manager, file), `package.json (main): ${file} is started.`);
}

function byEntryFile({ snapshot, manager }: Project): NodeStart | null {
  const file = firstFile(snapshot, manager.name === 'bun' ? BUN_ENTRY_FILES : ENTRY_FILES);
  return file === null ? null : found(runFile(manager, file), `${file} is started.`);
}

function found(start: Start, reason: string): NodeStart {
  return { start, script: '', reasons: [reason], warnings: [] };
}
