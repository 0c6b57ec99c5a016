import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { create } from 'tar';
import { dockerArchive, tar } from '../../unit/adapters/aws/images/archives.ts';
import { type Instruction, parseDockerfile } from './dockerfile.ts';

/**
 * As much of docker as a build's script calls, where there is no engine: `build` carries out the Dockerfiles that the
 * platform writes, with a folder in the place of each stage's file system and this machine's programs in the place of
 * the base images', and `save` writes what came of it as an image's archive. It keeps nobody apart from anybody.
 */
const [command, ...args] = process.argv.slice(2);
const home = process.env['HOME'] ?? '';
const image_file = join(home, 'docker-image.tar');

async function build(): Promise<void> {
  const context = args.at(-1) ?? '';
  const stages = new Map<string, Stage>();
  let stage = new Stage('', context);
  let step = 0;
  for (const instruction of parseDockerfile(readFileSync(option('--file'), 'utf8'))) {
    step += 1;
    if (instruction.name === 'FROM') {
      stage = new Stage(join(home, `stage-${stages.size}`), context);
      stages.set(instruction.stage, stage);
    } else if (instruction.name === 'COPY' && instruction.from !== undefined) {
      const from = stages.get(instruction.from);
      // Any other name is a base image, which isn't here.
      if (from !== undefined) stage.take(from, instruction.paths);
    } else if (!(await stage.carryOut(instruction, step))) {
      process.exit(1);
    }
  }
  writeFileSync(image_file, await stage.toArchive());
}

class Stage {
  readonly root: string;
  readonly context: string;
  readonly variables: Record<string, string> = {};
  folder = '/';
  entrypoint: readonly string[] = [];

  constructor(root: string, context: string) {
    this.root = root;
    this.context = context;
  }

  /** @returns false when its command failed */
  async carryOut(instruction: Instruction, step: number): Promise<boolean> {
    switch (instruction.name) {
      case 'WORKDIR':
        this.folder = instruction.folder;
        mkdirSync(this.path(this.folder), { recursive: true });
        return true;
      case 'ENV':
        this.variables[instruction.variable] = this.expand(instruction.value);
        return true;
      case 'COPY':
        for (const path of instruction.paths.slice(0, -1)) {
          const to = instruction.paths.length === 2 && path === '.' ? '.' : path;
          cpSync(join(this.context, path), join(this.path(this.folder), to), { recursive: true });
        }
        return true;
      case 'RUN':
        return this.run(instruction.argv, instruction.secrets, step);
      case 'ENTRYPOINT':
        this.entrypoint = instruction.argv;
        return true;
      default:
        return true;
    }
  }

  take(from: Stage, [source = '', target = '']: readonly string[]): void {
    mkdirSync(dirname(this.path(target)), { recursive: true });
    if (existsSync(from.path(source))) cpSync(from.path(source), this.path(target), { recursive: true });
  }

  /** One layer, with the tree as it is. */
  async toArchive(): Promise<Buffer> {
    const file = join(home, 'layer.tar');
    await create({ file, cwd: this.root, portable: true }, ['.']);
    const config = {
      Entrypoint: this.entrypoint,
      WorkingDir: this.folder,
      Env: Object.entries(this.variables).map(([name, value]) => `${name}=${value}`),
    };
    const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
    return tar(dockerArchive([readFileSync(file)], { architecture, config }));
  }

  private path(absolute: string): string {
    return join(this.root, absolute);
  }

  private expand(value: string): string {
    return value.replace(/\\(.)|\$(\w+)/g, (_all, escaped?: string, name?: string) =>
      escaped !== undefined ? escaped : (this.variables[name ?? ''] ?? process.env[name ?? ''] ?? ''),
    );
  }

  private async run(argv: readonly string[], secrets: readonly string[], step: number): Promise<boolean> {
    const say = (text: string) => process.stdout.write(`#${step} ${text}\n`);
    say(`RUN ${argv.join(' ')}`);
    const [program = '', ...rest] = argv;
    const given = secrets.map((name) => [name, readFileSync(secretFile(name), 'utf8')]);
    const child = spawn(program, rest, {
      cwd: this.path(this.folder),
      env: { PATH: process.env['PATH'], HOME: home, ...this.variables, ...Object.fromEntries(given) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => say(`0.1 ${line}`));
    }
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    if (code !== 0)
      say(`ERROR: process "${argv.join(' ')}" did not complete successfully: exit code: ${code}`);
    return code === 0;
  }
}

function secretFile(name: string): string {
  const given = args.find((arg) => arg.startsWith(`id=${name},`));
  if (given === undefined) throw new Error(`The secret ${name} isn't given`);
  return given.slice(given.indexOf('src=') + 'src='.length);
}

function option(name: string): string {
  return args[args.indexOf(name) + 1] ?? '';
}

if (command === 'build') await build();
else if (command === 'save') cpSync(image_file, option('--output'));
else throw new Error(`docker ${command} is not known here`);
