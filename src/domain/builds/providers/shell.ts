import { exec } from '../commands.ts';
import type { Command } from '../model.ts';
import { hasFile, hasWindowsLineEnds, textOf } from '../snapshot.ts';
import { draft, type Provider } from './provider.ts';

const SCRIPT = 'start.sh';

/** A start.sh of the user's own. Also starts other languages that don't say how. */
export const shellScript: Provider = {
  name: 'shell',
  looks_for: SCRIPT,
  programs: ['sh', 'bash', 'dash', 'zsh'],
  detect({ snapshot, start: stated }) {
    if (stated !== null || !hasFile(snapshot, SCRIPT)) return null;
    const text = textOf(snapshot, SCRIPT) ?? '';
    const windows = hasWindowsLineEnds(snapshot, SCRIPT);
    const [interpreter, ...args] = interpreterOf(text);
    const executable = snapshot.executables.has(SCRIPT) && /^#!\s*\S/.test(text) && !windows;
    const start: Command = executable ? exec(`./${SCRIPT}`) : exec(interpreter, ...args, SCRIPT);
    const how = executable ? 'executable' : `run by ${interpreter}`;
    return draft({
      reasons: [`${SCRIPT}: a shell script, ${how}.`],
      warnings: windows ? [`${SCRIPT} has Windows line ends, which shells stumble over.`] : [],
      toolchains: [{ name: interpreter, commands: [interpreter] }],
      start,
    });
  },
};

/** The program that the first line names, without its folder, which may differ on this machine. */
function interpreterOf(text: string): readonly [string, ...string[]] {
  const words = /^#!\s*(.+)/.exec(text)?.[1]?.trim().split(/\s+/) ?? [];
  const [program, ...args] = words.map((word, index) => (index === 0 ? baseName(word) : word));
  if (program === undefined) return ['sh'];
  if (program !== 'env') return [program, ...args];
  const [real = 'sh', ...rest] = args.filter((word) => word !== '-S');
  return [real, ...rest];
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1) || 'sh';
}
