import process from 'node:process';
import { adviceOn } from './error.ts';

/** Exit codes that both tools share: done, found wanting, and couldn't be done. */
export const EXIT = { ok: 0, wanting: 1, failed: 2 } as const;

export const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Runs a tool and sets the exit code. What the operator can mend is told in words; a fault of the program with its stack.
 *  @param tool - gets the command line's words; answers with the exit code */
export async function runTool(tool: (args: readonly string[]) => Promise<number>): Promise<void> {
  try {
    process.exitCode = await tool(process.argv.slice(2));
  } catch (error) {
    const advice = adviceOn(error);
    process.stderr.write(`${advice ?? (error instanceof Error ? error.stack : String(error))}\n`);
    process.exitCode = EXIT.failed;
  }
}
