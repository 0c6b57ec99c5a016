import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { includeScript, readBuildSpec } from '../../../state-machines/build/build-spec.ts';

const script = readFileSync(new URL('../../../state-machines/build/build.sh', import.meta.url), 'utf8');

// What a shell gets of the block: YAML takes the indent of its first line from each.
function blockOf(build_spec: string): string {
  const lines = build_spec.split('\n');
  const start = lines.findIndex((line) => line.trim() === '- |') + 1;
  const indent = /^ */.exec(lines[start] ?? '')?.[0] ?? '';
  const end = lines.findIndex((line, index) => index > start && line !== '' && !line.startsWith(indent));
  return lines
    .slice(start, end)
    .map((line) => line.slice(indent.length))
    .join('\n');
}

describe('the buildspec', () => {
  it('holds the script as it is, between the marks of a quoted here-document', () => {
    const [first, ...rest] = blockOf(readBuildSpec()).split('\n');
    expect(first).toBe("cat > /tmp/build.sh <<'END_OF_BUILD_SCRIPT'");
    expect(rest.join('\n')).toBe(`${script}END_OF_BUILD_SCRIPT`);
    expect(script).not.toContain('END_OF_BUILD_SCRIPT');
  });

  it('runs the script by a command of its own, so that a failure names nothing but its exit code', () => {
    const commands = readBuildSpec()
      .split('\n')
      .filter((line) => /^ {6}- /.test(line));
    expect(commands).toEqual([
      '      - |',
      "      - set -o pipefail; bash /tmp/build.sh 2>&1 | sed --unbuffered 's/^/| /'",
    ]);
  });

  it('has no tab and no trailing blank, which YAML would read otherwise', () => {
    expect(readBuildSpec()).not.toMatch(/\t| $/m);
  });

  it('refuses a file without a place for the script', () => {
    expect(() => includeScript('version: 0.2\n', script)).toThrow('leaves no place');
  });

  it('takes a script with replacement patterns as it is', () => {
    expect(includeScript('  @include build/build.sh\n', "a $& $1 $'\n\nb\n")).toBe("  a $& $1 $'\n\n  b\n");
  });
});
