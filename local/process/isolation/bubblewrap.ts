import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ProcessEntry } from '../process-table.ts';
import type { Sandbox, SandboxRequest } from './sandbox.ts';
import { SUPERVISE_SCRIPT } from './supervise.ts';
import { SYSTEM_FOLDERS, type ToolchainBinds } from './toolchains.ts';
import { becomeUser } from './user.ts';

/** What is needed of /etc; never /etc as a whole, and nothing that holds private keys. */
const ETC_FILES: readonly string[] = [
  'resolv.conf hosts host.conf gai.conf nsswitch.conf services protocols mime.types passwd group localtime timezone',
  'ld.so.cache ld.so.conf ld.so.conf.d alternatives os-release debian_version ca-certificates ca-certificates.conf',
  'ssl/certs ssl/cert.pem ssl/openssl.cnf pki/tls/certs pki/tls/cert.pem pki/tls/openssl.cnf pki/ca-trust',
  'crypto-policies',
].flatMap((names) => names.split(' ').map((name) => `/etc/${name}`));

export interface BubblewrapOptions {
  readonly bwrap: string;
  /** Given when the platform is root: the sandbox is then made by root, and left to the user by this program. */
  readonly setpriv: string | null;
  /** Options that this bubblewrap knows. */
  readonly features: ReadonlySet<string>;
  readonly toolchains: ToolchainBinds;
  /** Files and folders named by the operator's own variables (certificates, wheels). */
  readonly host_files: readonly string[];
}

interface Bind {
  readonly path: string;
  readonly writable: boolean;
}

/**
 * Runs the command in namespaces of its own, with nothing of the machine but its toolchains. The network is shared, as
 * builds need registries and the proxy needs the app's port.
 *
 * An ordinary user gets a user namespace. Root does not: user 0 of the machine mapped to 65534 inside stays user 0 for
 * the kernel, which lets it write /proc/sys and read root's files without any capability. So root makes the sandbox
 * and then becomes another user inside it.
 */
export function bubblewrapSandbox(options: BubblewrapOptions): Sandbox {
  return {
    level: 'bubblewrap',
    changes_user: options.setpriv !== null,
    ends_with_leader: true,
    wrap: async (request) => wrap(options, request),
    appGroup: innerGroup,
  };
}

function wrap(options: BubblewrapOptions, request: SandboxRequest): string[] {
  const binds = inOrder([
    ...options.toolchains.folders.map(readOnly),
    ...options.host_files.map(readOnly),
    ...request.readable_paths.map(readOnly),
    ...(request.writable_paths.includes(request.cwd) ? [] : [readOnly(request.cwd)]),
    ...request.writable_paths.map((path) => ({ path, writable: true })),
  ]);
  return [
    options.bwrap,
    ...namespaces(options),
    ...SYSTEM_FOLDERS.flatMap(systemFolder),
    ...ETC_FILES.filter((path) => existsSync(path)).flatMap((path) => bindArguments(readOnly(path))),
    ...words('--proc /proc --dev /dev'),
    ...temporary(options, '/dev/shm', request),
    ...temporary(options, '/tmp', request),
    ...binds.flatMap(bindArguments),
    ...options.toolchains.hidden.flatMap((path) => ['--ro-bind', '/dev/null', path]),
    ...words('--remount-ro / --chdir'),
    request.cwd,
    ...words('-- /bin/sh -c'),
    SUPERVISE_SCRIPT,
    'sh',
    ...(options.setpriv === null ? [] : becomeUser(options.setpriv, request.user_id)),
  ];
}

function namespaces(options: BubblewrapOptions): string[] {
  const user = words('--unshare-user --uid 65534 --gid 65534 --cap-drop ALL');
  const no_more = options.features.has('--disable-userns') ? ['--disable-userns'] : [];
  return [
    ...(options.setpriv === null ? [...user, ...no_more] : []),
    ...words('--unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup-try'),
    // A session of its own gives the app a process group without bubblewrap in it, which SIGTERM must not reach.
    ...words('--die-with-parent --new-session'),
  ];
}

/** On a merged system /bin is a link into /usr, and programs look at what it is. */
function systemFolder(path: string): string[] {
  if (!existsSync(path)) return [];
  if (lstatSync(path).isSymbolicLink()) return ['--symlink', readlinkSync(path), path];
  return ['--ro-bind', path, path];
}

function temporary(options: BubblewrapOptions, path: string, request: SandboxRequest): string[] {
  const size = options.features.has('--size') ? ['--size', String(request.memory_limit_bytes)] : [];
  return ['--perms', '1777', ...size, '--tmpfs', path];
}

/** Outer folders first, or they would cover the inner ones; a path given twice is writable. */
function inOrder(binds: readonly Bind[]): Bind[] {
  const by_path = new Map<string, Bind>();
  for (const bind of binds) if (by_path.get(bind.path)?.writable !== true) by_path.set(bind.path, bind);
  return [...by_path.values()].toSorted((one, other) => depth(one.path) - depth(other.path));
}

function bindArguments({ path, writable }: Bind): string[] {
  return [...parents(path), writable ? '--bind' : '--ro-bind', path, path];
}

/** The folders above, made passable: bubblewrap would copy a private home's permissions. */
function parents(path: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(path); folder !== '/'; folder = dirname(folder)) folders.unshift(folder);
  return folders.flatMap((folder) => ['--perms', '0755', '--dir', folder]);
}

/** Splits constant arguments. */
function words(text: string): string[] {
  return text.split(' ');
}

function depth(path: string): number {
  return path.split('/').length;
}

function readOnly(path: string): Bind {
  return { path, writable: false };
}

/** Outside is bubblewrap's own process; its child is the sandbox's first process, which outlives SIGTERM, or its session's. */
function innerGroup(leader_pid: number, entries: readonly ProcessEntry[]): number | null {
  const first = entries.find((entry) => entry.parent_pid === leader_pid);
  const app = entries.find((entry) => entry.parent_pid === first?.pid);
  return app === undefined || app.group_id === leader_pid ? null : app.group_id;
}
