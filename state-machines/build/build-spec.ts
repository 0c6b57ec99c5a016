import { readFileSync } from 'node:fs';

const BUILD_SPEC_FILE = new URL('../buildspec.yml', import.meta.url);
const SCRIPT_FILE = new URL('./build.sh', import.meta.url);

/** Puts the build's script in the place that buildspec.yml leaves for it, indented as YAML wants it. */
export function includeScript(build_spec: string, script: string): string {
  const place = /^(?<indent> *)@include build\/build\.sh$/m.exec(build_spec);
  const indent = place?.groups?.['indent'];
  if (place === null || indent === undefined) throw new Error('buildspec.yml leaves no place for its script');
  const lines = script.trimEnd().split('\n');
  const indented = lines.map((line) => (line === '' ? '' : `${indent}${line}`)).join('\n');
  // By a function, so that a `$` in the script stays what it is.
  return build_spec.replace(place[0], () => indented);
}

/** The buildspec that the build project is made with: buildspec.yml with its script. */
export function readBuildSpec(): string {
  return includeScript(readFileSync(BUILD_SPEC_FILE, 'utf8'), readFileSync(SCRIPT_FILE, 'utf8'));
}
