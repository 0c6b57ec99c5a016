import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { AwsCaller } from '../../../src/adapters/aws/signed-call.ts';
import { logStreamPrefix } from '../../../src/contracts/functions/log-streams.ts';
import type { DeploymentKey } from '../../../src/domain/deployments/index.ts';
import { openLogStream } from './cloudwatch.ts';

const SCRIPT = fileURLToPath(new URL('../../../state-machines/build/build.sh', import.meta.url));
const DOCKER = fileURLToPath(new URL('./docker.ts', import.meta.url));

export interface BuildMachineOptions {
  readonly aws: AwsCaller;
  readonly directory: string;
  readonly state_machine_arn: string;
}

const historySchema = z.object({
  events: z.array(
    z.object({
      stateEnteredEventDetails: z.object({ name: z.string(), input: z.string() }).optional(),
    }),
  ),
});
const inputSchema = z.object({ prepared: z.object({ build_ticket: z.string() }) });
const machineSchema = z.object({ definition: z.string() });
const definitionSchema = z.object({
  States: z.object({
    Build: z.object({
      Parameters: z.object({
        LogsConfigOverride: z.object({ CloudWatchLogs: z.object({ GroupName: z.string() }) }),
      }),
    }),
  }),
});

/** The machine that CodeBuild would give a build: runs the platform's own script by the ticket that the execution holds,
 *  and writes the build's log where CodeBuild would. */
export class BuildMachine {
  readonly #options: BuildMachineOptions;

  constructor(options: BuildMachineOptions) {
    this.#options = options;
  }

  /** @returns the script's exit code */
  async run(key: DeploymentKey): Promise<number | null> {
    const stream = openLogStream(
      this.#options.aws,
      await this.#logGroup(),
      `${logStreamPrefix(key, 'build')}/${randomUUID()}`,
    );
    stream.write('[Container] 2026/11/25 12:00:00 Entering phase BUILD');
    const home = await mkdtemp(join(this.#options.directory, 'build-'));
    const child = spawn(
      'bash',
      ['-c', `set -o pipefail; bash '${SCRIPT}' 2>&1 | sed --unbuffered 's/^/| /'`],
      {
        env: {
          PATH: `${await this.#programs()}:${process.env['PATH'] ?? ''}`,
          TMPDIR: home,
          JOB_URL: await this.#readTicket(key),
          HANDOVER_PROTOCOLS: '=http,https',
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    createInterface(child.stdout).on('line', (line) => stream.write(line));
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    await stream.flush();
    return code;
  }

  async #readTicket({ deployment_id }: DeploymentKey): Promise<string> {
    const { aws, state_machine_arn } = this.#options;
    const executionArn = `${state_machine_arn.replace(':stateMachine:', ':execution:')}:${deployment_id}`;
    const answer = await aws.callJson(
      'states',
      'AWSStepFunctions.GetExecutionHistory',
      { executionArn },
      '1.0',
    );
    const entered = historySchema
      .parse(answer)
      .events.flatMap((event) => event.stateEnteredEventDetails ?? []);
    const input = entered.find(({ name }) => name === 'Build')?.input;
    if (input === undefined) throw new Error(`The execution of ${deployment_id} has not come to its build`);
    return inputSchema.parse(JSON.parse(input)).prepared.build_ticket;
  }

  async #logGroup(): Promise<string> {
    const { aws, state_machine_arn: stateMachineArn } = this.#options;
    const answer = await aws.callJson(
      'states',
      'AWSStepFunctions.DescribeStateMachine',
      { stateMachineArn },
      '1.0',
    );
    const { States } = definitionSchema.parse(JSON.parse(machineSchema.parse(answer).definition));
    return States.Build.Parameters.LogsConfigOverride.CloudWatchLogs.GroupName;
  }

  async #programs(): Promise<string> {
    const bin = join(this.#options.directory, 'bin');
    await mkdir(bin, { recursive: true });
    await writeProgram(join(bin, 'docker'), `exec '${process.execPath}' '${DOCKER}' "$@"`);
    await writeProgram(join(bin, 'iptables'), 'exit 0');
    return bin;
  }
}

async function writeProgram(path: string, script: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}
