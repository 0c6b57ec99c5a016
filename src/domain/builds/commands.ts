import type { Command } from './model.ts';

/** Folder inside the source tree for what the build itself makes: tools and Go's binary. */
export const WORK_FOLDER = '.branchline';

/** A program with its arguments, no shell in between. */
export function exec(program: string, ...args: readonly string[]): Command {
  return { kind: 'exec', argv: [program, ...args] };
}

/** Text for `sh -c`. */
export function shell(script: string): Command {
  return { kind: 'shell', script };
}

/** The command as people read it. */
export function describeCommand(command: Command): string {
  return command.kind === 'shell' ? command.script : command.argv.join(' ');
}

/** Name of the program that a command starts with, without `exec`, variables in front and folders. */
export function programOf(command: Command): string {
  const words = command.kind === 'exec' ? command.argv : command.script.trim().split(/\s+/);
  const program = words.find((word) => word !== 'exec' && word !== 'env' && !/^\w+=/.test(word)) ?? '';
  return program.slice(program.lastIndexOf('/') + 1);
}
