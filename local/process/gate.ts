import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { DeploymentFailedError } from '../../src/domain/deployments/failure.ts';

/** Put before every variable's name until the command is inside its sandbox; see {@link INSIDE_SCRIPT}. */
const PREFIX = '_E_';

/**
 * Waits for the platform's word, which comes once the run is on record and in its cgroup. When the platform dies before,
 * the read ends and nothing was run: so whatever runs is on record.
 */
const GATE_SCRIPT = 'read -r word <&3 && [ "$word" = go ] || exit 125; exec 3<&-; exec "$@"';

/**
 * Runs inside the sandbox: gives the variables their real names. Until then a variable such as LD_PRELOAD, which users
 * may set, would act on the programs that build the sandbox with the platform's rights. The names were checked.
 */
const INSIDE_SCRIPT =
  `while [ "$1" != -- ]; do eval "$1=\\"\\$${PREFIX}$1\\""; export "$1"; unset "${PREFIX}$1"; shift; done; ` +
  'shift; exec "$@"';

export interface GatedCommand {
  /** The sandbox's own argument list, before the command. */
  readonly sandbox: readonly string[];
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly stdout: number;
  readonly stderr: number;
}

/** A child that has been started and does nothing until it is let go. */
export interface GatedProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Lets it become the command. */
  open(): void;
  /** Makes it end without running anything. */
  refuse(): void;
}

/**
 * Starts a child, in a session and process group of its own, that waits to become the command.
 * @throws DeploymentFailedError when the system refuses (arguments too long, no more processes)
 */
export async function startGated(command: GatedCommand): Promise<GatedProcess> {
  const names = Object.keys(command.environment);
  const inside = ['/bin/sh', '-c', INSIDE_SCRIPT, 'sh', ...names, '--', ...command.argv];
  const child = await spawned(command, ['-c', GATE_SCRIPT, 'sh', ...command.sandbox, ...inside]);
  const gate = child.stdio[3];
  if (!(gate instanceof Socket) || child.pid === undefined) throw new Error('The child has no gate');
  // A child that was killed behind the gate closes it: its exit says so, the broken pipe adds nothing.
  gate.on('error', () => undefined);
  gate.resume();
  return {
    child,
    pid: child.pid,
    open: () => gate.end('go\n'),
    refuse: () => gate.destroy(),
  };
}

async function spawned(command: GatedCommand, args: readonly string[]): Promise<ChildProcess> {
  try {
    const child = spawn('/bin/sh', args, {
      cwd: command.cwd,
      detached: true,
      env: prefixed(command.environment),
      stdio: ['ignore', command.stdout, command.stderr, 'pipe'],
    });
    await once(child, 'spawn');
    return child;
  } catch (error) {
    throw spawnFailure(error, command.cwd);
  }
}

function prefixed(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [`${PREFIX}${name}`, value]));
}

function spawnFailure(error: unknown, cwd: string): DeploymentFailedError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const details: Record<string, string> = {
    E2BIG: 'The command and its variables are longer than the system allows.',
    EACCES: `The folder ${cwd} may not be entered.`,
    ENOENT: `The folder ${cwd} does not exist.`,
    ENOTDIR: `${cwd} is not a folder.`,
    EAGAIN: 'The system allows no more processes.',
    ENOMEM: 'The system has no memory left for another process.',
  };
  return new DeploymentFailedError(
    'internal',
    details[String(code)] ?? 'The command could not be started.',
    error,
  );
}
