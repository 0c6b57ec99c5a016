import { readFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { CGROUP_V1, CGROUP_V2, type CgroupFiles } from './cgroup-files.ts';
import { makeFolder, readText, removeFolder, writeText } from './cgroup-io.ts';

/** The folder under which each run gets its own cgroup. */
export interface CgroupBase {
  readonly folder: string;
  readonly files: CgroupFiles;
}

/**
 * Makes the platform's cgroup, below the cgroup that this process is in so that limits set from outside still hold.
 * @returns null where that is not possible
 */
export async function findCgroupBase(name: string): Promise<CgroupBase | null> {
  const [mounts, own] = await Promise.all([readText('/proc/self/mountinfo'), readText('/proc/self/cgroup')]);
  if (mounts === null || own === null) return null;
  for (const location of cgroupLocations(mounts, own)) {
    const base = await tryBase(location, name);
    if (base !== null) return base;
  }
  return null;
}

/** Folders of the cgroups that this process is in, those with a memory controller of version 1 first. */
export function cgroupLocations(mountinfo: string, own_cgroups: string): CgroupBase[] {
  const locations = mountinfo.split('\n').flatMap((line): CgroupBase[] => {
    const [left = '', right = ''] = line.split(' - ');
    const [, , , root, mount_point] = left.split(' ');
    const [type, , super_options = ''] = right.split(' ');
    if (root === undefined || mount_point === undefined) return [];
    if (type === 'cgroup' && super_options.split(',').includes('memory')) {
      return locate(mount_point, root, ownPath(own_cgroups, 'memory'), CGROUP_V1);
    }
    return type === 'cgroup2' ? locate(mount_point, root, ownPath(own_cgroups, ''), CGROUP_V2) : [];
  });
  return locations.toSorted((one, other) => one.files.version - other.files.version);
}

function ownPath(own_cgroups: string, controller: string): string | null {
  for (const line of own_cgroups.split('\n')) {
    const [, controllers, ...path] = line.split(':');
    if (controllers?.split(',').includes(controller)) return path.join(':');
  }
  return null;
}

function locate(mount_point: string, root: string, own: string | null, files: CgroupFiles): CgroupBase[] {
  if (own === null) return [];
  const inside = posix.relative(root, own);
  // In a container the path may be the host's, of which only the mount's own root is to be seen.
  const folder = inside.startsWith('..') ? mount_point : join(mount_point, inside);
  return [{ folder, files }];
}

async function tryBase(own: CgroupBase, name: string): Promise<CgroupBase | null> {
  if (own.files.version === 1) return tryFolder(own, join(own.folder, name));
  // In version 2 a cgroup that holds processes can't share out its controllers: then its parent may, if it is ours too.
  for (const parent of [own.folder, dirname(own.folder)]) {
    if (!(await sharesMemory(parent))) continue;
    const base = await tryFolder(own, join(parent, name));
    if (base !== null) return base;
  }
  return null;
}

async function tryFolder(own: CgroupBase, folder: string): Promise<CgroupBase | null> {
  const base = { folder, files: own.files };
  const probe = join(folder, `probe-${process.pid}`);
  try {
    await makeFolder(folder);
    if (own.files.version === 2 && !(await sharesMemory(folder))) return null;
    await makeFolder(probe);
    await own.files.setLimit(probe, 64 * 1024 * 1024);
    await removeFolder(probe);
    return base;
  } catch {
    // Any failure here means the same: this place is not ours to use.
    await removeFolder(probe).catch(() => undefined);
    return null;
  }
}

async function sharesMemory(folder: string): Promise<boolean> {
  const control = join(folder, 'cgroup.subtree_control');
  try {
    if ((await readFile(control, 'utf8')).split(/\s+/).includes('memory')) return true;
    await writeText(control, '+memory');
    return true;
  } catch {
    // No such controller, not permitted, or processes inside: the caller looks elsewhere.
    return false;
  }
}
