import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));
const BUILDS = fileURLToPath(new URL('../build', import.meta.url));
const PACKAGES = {
  arm64: '@node-rs/argon2-linux-arm64-gnu',
  x86_64: '@node-rs/argon2-linux-x64-gnu',
} as const;

/** Puts the native Argon2 of an architecture where a layer has its modules. The package is the one that package-lock.json
 *  names: from node_modules where this machine has that architecture, else from the registry, by its checksum.
 *  @returns the layer's folder
 *  @throws Error when the package can't be had, or isn't what the lock file says */
export function buildArgon2Layer(architecture: keyof typeof PACKAGES): string {
  const name = PACKAGES[architecture];
  const locked = readLock(name);
  const layer = join(BUILDS, `argon2-${architecture}-${locked.version}`);
  if (existsSync(layer)) return layer;
  mkdirSync(BUILDS, { recursive: true });
  const scratch = mkdtempSync(join(BUILDS, 'making-'));
  try {
    const target = join(scratch, 'layer', 'nodejs', 'node_modules', name);
    mkdirSync(target, { recursive: true });
    const installed = join(CHECKOUT, 'node_modules', name);
    if (existsSync(installed)) cpSync(installed, target, { recursive: true });
    else unpack(scratch, target, name, locked);
    renameSync(join(scratch, 'layer'), layer);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return layer;
}

interface Locked {
  readonly version: string;
  readonly integrity: string;
}

function readLock(name: string): Locked {
  const lock = JSON.parse(readFileSync(join(CHECKOUT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Locked | undefined>>;
  };
  const locked = lock.packages[`node_modules/${name}`];
  if (locked === undefined) throw new Error(`package-lock.json has no ${name}`);
  return locked;
}

function unpack(scratch: string, target: string, name: string, locked: Locked): void {
  execFileSync('npm', ['pack', `${name}@${locked.version}`, '--silent', '--pack-destination', scratch], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const file = readdirSync(scratch).find((candidate) => candidate.endsWith('.tgz'));
  if (file === undefined) throw new Error(`npm pack made no archive of ${name}`);
  const archive = join(scratch, file);
  const digest = createHash('sha512').update(readFileSync(archive)).digest('base64');
  if (`sha512-${digest}` !== locked.integrity) throw new Error(`${name} isn't what package-lock.json says`);
  execFileSync('tar', ['-xzf', archive, '-C', target, '--strip-components=1']);
}
