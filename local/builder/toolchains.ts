import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type BuildPlan, type Toolchain, versionWarning } from '../../src/domain/builds/index.ts';
import { DeploymentFailedError } from '../../src/domain/deployments/index.ts';

const run = promisify(execFile);
const VERSION_TIMEOUT_MS = 10_000;

/** Checks that the machine has what a plan needs.
 *  @returns warnings about versions that the repository asks for and the machine doesn't have
 *  @throws DeploymentFailedError toolchain_missing, naming the program */
export async function checkToolchains(
  plan: BuildPlan,
  environment: Readonly<Record<string, string>>,
): Promise<string[]> {
  const warnings: string[] = [];
  for (const toolchain of plan.toolchains) {
    const command = await findCommand(toolchain, environment['PATH'] ?? '');
    if (command === undefined) {
      throw new DeploymentFailedError(
        'toolchain_missing',
        `${toolchain.name} is needed: install ${toolchain.commands.join(' or ')} on the machine that runs Branchline, then deploy again.`,
      );
    }
    if (toolchain.wanted === undefined) continue;
    const warning = versionWarning(toolchain, await readVersion(command, environment));
    if (warning !== null) warnings.push(warning);
  }
  return warnings;
}

async function findCommand(toolchain: Toolchain, path: string): Promise<string | undefined> {
  for (const command of toolchain.commands) {
    for (const folder of path.split(delimiter).filter((part) => part !== '')) {
      const file = join(folder, command);
      if (await isExecutable(file)) return file;
    }
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    // Not there, or not for us: either way it isn't the program.
    return false;
  }
}

/** What the program says of its own version; empty when it says nothing. */
async function readVersion(command: string, env: Readonly<Record<string, string>>): Promise<string> {
  const argument = command.endsWith('/go') ? 'version' : '--version';
  try {
    const { stdout } = await run(command, [argument], { env, timeout: VERSION_TIMEOUT_MS });
    return stdout;
  } catch {
    // A program that can't tell its version may still build: the check is only for a warning.
    return '';
  }
}
