import { describeCommand, exec, WORK_FOLDER } from '../commands.ts';
import type { Command, SourceSnapshot, Toolchain } from '../model.ts';
import { hasFile, textOf } from '../snapshot.ts';
import { wantedVersion } from '../versions.ts';
import { type BuildContext, type Draft, draft, type Provider } from './provider.ts';

const BINARY = `${WORK_FOLDER}/app`;
/** Preferred where several commands could be the web service. */
const USUAL_COMMANDS = ['server', 'web', 'api', 'app'];
const BUILD = ['build', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-o'];

/** Go modules: one static-ish binary from the main package. */
export const go: Provider = {
  name: 'go',
  looks_for: 'go.mod',
  programs: ['go'],
  detect({ snapshot, start, build }) {
    if (!hasFile(snapshot, 'go.mod')) return null;
    const text = textOf(snapshot, 'go.mod') ?? '';
    const main = mainPackage(snapshot, text);
    return draft({
      ...compile(main, { snapshot, start, build }, text),
      reasons: ['go.mod: a Go module.', ...main.reasons],
      warnings: sumWarnings(snapshot, text),
      toolchains: [goToolchain(text)],
      install: downloads(snapshot),
      // The build machine's Go decides: it never downloads and runs another one by itself.
      environment: { GOTOOLCHAIN: 'local' },
      path_prefix: [WORK_FOLDER, 'bin'],
      no_start: main.problem,
    });
  },
};

interface MainPackage {
  readonly path: string | null;
  readonly reasons: readonly string[];
  readonly problem: string;
}

function mainPackage(snapshot: SourceSnapshot, go_mod: string): MainPackage {
  if (hasRootMain(snapshot)) return { path: '.', reasons: ['The main package is the root.'], problem: '' };
  const folders = commandFolders(snapshot);
  const [only] = folders;
  if (only === undefined) {
    return { path: null, reasons: [], problem: 'no main package in the root or in cmd/*' };
  }
  const chosen = folders.length === 1 ? only : usualCommand(folders, go_mod);
  if (chosen === null) {
    const names = folders.slice(0, 5).map((name) => `cmd/${name}`);
    const problem = `several commands (${names.join(', ')}), none of them called after the module, ${USUAL_COMMANDS.join(', ')}`;
    return { path: null, reasons: [], problem };
  }
  return { path: `./cmd/${chosen}`, reasons: [`The main package is cmd/${chosen}.`], problem: '' };
}

function hasRootMain(snapshot: SourceSnapshot): boolean {
  const sources = snapshot.files.filter((file) => /^[^/]+\.go$/.test(file) && !file.endsWith('_test.go'));
  return sources.some((file) => /^package\s+main\b/m.test(textOf(snapshot, file) ?? ''));
}

function commandFolders(snapshot: SourceSnapshot): string[] {
  const names = snapshot.files.map((file) => /^cmd\/([^/]+)\/[^/]+\.go$/.exec(file)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))];
}

function usualCommand(folders: readonly string[], go_mod: string): string | null {
  return [moduleName(go_mod), ...USUAL_COMMANDS].find((name) => folders.includes(name)) ?? null;
}

function compile(
  main: MainPackage,
  { start, build }: BuildContext,
  go_mod: string,
): Pick<Draft, 'build' | 'start'> {
  if (start !== null && /^(?:\.\/)?bin\//.test(describeCommand(start))) {
    // Procfiles written for other platforms start bin/NAME, where those put every command of the module.
    return { build: [exec('go', ...BUILD, 'bin/', './...')], start: null };
  }
  if (build !== null) return { build: [], start: exec(`./${ownBinary(build, go_mod)}`) };
  if (main.path === null) return { build: [], start: null };
  return { build: [exec('go', ...BUILD, BINARY, main.path)], start: exec(`./${BINARY}`) };
}

/** Where a build command of the user's own puts the binary. */
function ownBinary(build: Command, go_mod: string): string {
  const text = describeCommand(build);
  const stated = /\s-o[ =]?(?:\.\/)?([\w./-]+)/.exec(text)?.[1];
  return stated ?? (/\bgo\s+build\b/.test(text) ? moduleName(go_mod) : BINARY);
}

function moduleName(go_mod: string): string {
  const path = /^module\s+"?([^\s"]+)/m.exec(go_mod)?.[1] ?? '';
  return (
    path
      .replace(/\/v\d+$/, '')
      .split('/')
      .at(-1) ?? ''
  );
}

function goToolchain(go_mod: string): Toolchain {
  const version = /^go\s+(\d+(?:\.\d+){0,2})/m.exec(go_mod)?.[1];
  const wanted = wantedVersion(version === undefined ? null : `>=${version}`, 'go.mod');
  return { name: 'Go', commands: ['go'], ...(wanted === null ? {} : { wanted }) };
}

function downloads(snapshot: SourceSnapshot): Command[] {
  const vendored = hasFile(snapshot, 'vendor/modules.txt');
  return hasFile(snapshot, 'go.sum') && !vendored ? [exec('go', 'mod', 'download')] : [];
}

function sumWarnings(snapshot: SourceSnapshot, go_mod: string): string[] {
  if (!/^require\b/m.test(go_mod) || hasFile(snapshot, 'go.sum')) return [];
  return ['go.mod has requirements, but there is no go.sum: run `go mod tidy` and commit it.'];
}
