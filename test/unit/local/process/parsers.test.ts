import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { CGROUP_V2 } from '../../../../local/process/memory/cgroup-files.ts';
import { cgroupLocations } from '../../../../local/process/memory/cgroup-location.ts';
import { parseListeners, parseLsof } from '../../../../local/process/ports.ts';
import { membersOf, parsePs } from '../../../../local/process/process-table.ts';

it('reads what ps lists, on systems without /proc', () => {
  const output = [
    '    1     0     1   1200 Ss   Wed Nov 25 12:53:14 2026',
    '  412     1   412  20480 S+   Wed Nov 25 12:54:00 2026',
    '  413   412   412      0 Z    Wed Nov 25 12:54:01 2026',
    '',
  ].join('\n');
  const entries = parsePs(output);
  expect(entries[1]).toEqual({
    pid: 412,
    parent_pid: 1,
    group_id: 412,
    started: 'Wed Nov 25 12:54:00 2026',
    zombie: false,
    resident_bytes: 20_480 * 1024,
  });
  expect(membersOf(entries, 412).map((entry) => entry.pid)).toEqual([412]);
});

it('counts the group, all descendants, and the ones named, but no zombie', () => {
  const entry = (pid: number, parent_pid: number, group_id: number, zombie = false) => ({
    pid,
    parent_pid,
    group_id,
    zombie,
    started: '1',
    resident_bytes: 0,
  });
  const entries = [
    entry(1, 0, 1),
    entry(10, 1, 10),
    entry(11, 10, 11),
    entry(12, 11, 12),
    entry(13, 10, 10, true),
    entry(20, 1, 20),
    entry(21, 20, 20),
  ];
  const pids = (...also: number[]) =>
    membersOf(entries, 10, new Set(also))
      .map((found) => found.pid)
      .toSorted((one, other) => one - other);
  expect(pids()).toEqual([10, 11, 12]);
  expect(pids(20)).toEqual([10, 11, 12, 20, 21]);
});

it('reads listening sockets from the tables of Linux and from lsof', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 777 1 0 100 0',
    '   1: 0100007F:1F90 0100007F:C000 01 00000000:00000000 00:00000000 00000000     0        0 778 1 0 100 0',
  ].join('\n');
  expect(parseListeners(table)).toEqual(new Map([['777', 8080]]));
  expect(parseLsof('p12\nf3\nn*:3000\nf4\nn[::1]:80\nn127.0.0.1:3000\n')).toEqual([80, 3000]);
});

it('finds its own cgroups: version 1 first, and the mount point where only that is to be seen', () => {
  const mounts = [
    '42 31 0:40 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
    '35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory',
    '36 31 0:33 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu',
  ].join('\n');
  const folders = (mountinfo: string, own: string) =>
    cgroupLocations(mountinfo, own).map(({ folder, files }) => [files.version, folder]);
  expect(folders(mounts, '4:memory:/box/1\n0::/user.slice\n')).toEqual([
    [1, '/sys/fs/cgroup/memory/box/1'],
    [2, '/sys/fs/cgroup/unified/user.slice'],
  ]);
  const container = '35 31 0:32 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory';
  expect(folders(container, '4:memory:/docker/abc/x\n')).toEqual([[1, '/sys/fs/cgroup/memory/x']]);
  expect(folders(container, '4:memory:/other\n')).toEqual([[1, '/sys/fs/cgroup/memory']]);
  expect(folders('nonsense', '0::/\n')).toEqual([]);
});

it('speaks to cgroups of version 2: the whole group ends together, and nothing swaps', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'branchline-cgroup-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const files = ['memory.max', 'memory.swap.max', 'memory.oom.group'];
  for (const file of files) await writeFile(join(folder, file), '');
  await CGROUP_V2.setLimit(folder, 1_000);
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  expect(texts).toEqual(['1000', '0', '1']);
  expect(await CGROUP_V2.killCount(folder)).toBe(0);
  await writeFile(join(folder, 'memory.events'), 'low 0\noom 3\noom_kill 2\noom_group_kill 1\n');
  expect(await CGROUP_V2.killCount(folder)).toBe(2);
});
