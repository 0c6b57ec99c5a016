import type { Command } from './model.ts';

// Below U+0020, DEL, and the line ends that some readers know beside \n.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Arguments as an instruction's JSON form: one line, which neither a shell nor Dockerfile syntax reads. */
export function jsonForm(argv: readonly string[]): string {
  // `<` escaped too: a parser that looks for a heredoc (`<<EOF`) before it looks for JSON finds none.
  return `[${argv.map((word) => JSON.stringify(word).replaceAll('<', '\\u003c')).join(',')}]`;
}

/** The argument list of a command; a shell's script is its one argument. */
export function argvOf(command: Command): readonly string[] {
  return command.kind === 'shell' ? ['/bin/sh', '-c', command.script] : command.argv;
}

/** One ENV instruction.
 *  @throws RangeError for a name or value that the instruction can't hold */
export function envLine(name: string, value: string): string {
  if (!VARIABLE_NAME.test(name)) throw new RangeError(`Not a variable's name: ${JSON.stringify(name)}`);
  if (UNPRINTABLE.test(value)) throw new RangeError(`A control character in the value of ${name}`);
  return `ENV ${name}="${value.replace(/[\\"$]/g, '\\$&')}"`;
}

/** Puts folders of the app first on PATH, best first; nothing when there are none.
 *  @throws RangeError for a folder that is no plain path */
export function pathLine(root: string, folders: readonly string[]): string[] {
  if (folders.length === 0) return [];
  const unsafe = folders.find((folder) => !/^[\w./@-]+$/.test(folder));
  if (unsafe !== undefined) throw new RangeError(`Not a plain path: ${JSON.stringify(unsafe)}`);
  return [`ENV PATH="${[...folders.map((folder) => `${root}/${folder}`), '$PATH'].join(':')}"`];
}

/** RUN instructions for commands, in the JSON form.
 *  @param variables - names of build secrets that the commands see as variables; none of them gets into a layer
 *  @throws RangeError for a name that is none */
export function runLines(commands: readonly Command[], variables: readonly string[] = []): string[] {
  const mounts = variables.map((name) => {
    if (!VARIABLE_NAME.test(name)) throw new RangeError(`Not a variable's name: ${JSON.stringify(name)}`);
    return `--mount=type=secret,id=${name},env=${name} `;
  });
  return commands.map((command) => `RUN ${mounts.join('')}${jsonForm(argvOf(command))}`);
}
