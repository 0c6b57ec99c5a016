import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { startGated } from '../../../../local/process/gate.ts';
import { bootId, processStarted } from '../../../../local/process/process-table.ts';
import { type Bench, isAlive, makeBench } from './support.ts';

async function killedPlatform(bench: Bench, script: string): Promise<number[]> {
  const fixture = join(import.meta.dirname, 'fixtures', 'platform.ts');
  const platform = spawn(process.execPath, [fixture, bench.home, 'none', 'watchdog', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void platform.kill('SIGKILL'));
  const [line] = await once(createInterface(platform.stdout), 'line');
  platform.kill('SIGKILL');
  await once(platform, 'exit');
  return String(line).split(' ').map(Number);
}

function bystander(): ChildProcess & { pid: number } {
  const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  if (child.pid === undefined) throw new Error('sleep is missing');
  return Object.assign(child, { pid: child.pid });
}

it('kills the whole group of a run that outlived its platform', async () => {
  const bench = await makeBench();
  const [leader = 0, child = 0] = await killedPlatform(bench, 'sleep 1000 & echo $!; wait');
  expect([await isAlive(leader), await isAlive(child)]).toEqual([true, true]);
  expect(await bench.runner.killOrphans()).toBe(1);
  expect([await isAlive(leader), await isAlive(child)]).toEqual([false, false]);
  expect(await readdir(bench.runs_dir)).toEqual([]);
  expect(await bench.runner.killOrphans()).toBe(0);
});

it('kills a group whose leader has ended meanwhile', async () => {
  const bench = await makeBench();
  const [leader = 0, child = 0] = await killedPlatform(
    bench,
    'sleep 1000 >/dev/null 2>&1 </dev/null & echo $!; wait',
  );
  process.kill(leader, 'SIGKILL');
  while (await isAlive(leader)) await new Promise(setImmediate);
  expect(await isAlive(child)).toBe(true);
  expect(await bench.runner.killOrphans()).toBe(1);
  expect(await isAlive(child)).toBe(false);
});

it('spares a process that got the pid of an earlier run, and one of another boot', async () => {
  const bench = await makeBench();
  const { pid } = bystander();
  const started = (await processStarted(pid)) ?? '';
  const record = { id: 'old', pid, started: '1', boot_id: bootId(), cgroup: null };
  await writeFile(join(bench.runs_dir, 'old.run.json'), JSON.stringify(record));
  const rebooted = { ...record, id: 'boot', started, boot_id: 'another' };
  await writeFile(join(bench.runs_dir, 'boot.run.json'), JSON.stringify(rebooted));
  expect(await bench.runner.killOrphans()).toBe(0);
  expect(await isAlive(pid)).toBe(true);
  expect(await readdir(bench.runs_dir)).toEqual([]);
});

it('removes records that can not be read, and never touches a cgroup that is not its own', async () => {
  const bench = await makeBench();
  await writeFile(join(bench.runs_dir, 'half.run.json'), '{"id":');
  await writeFile(join(bench.runs_dir, 'group.run.json'), JSON.stringify({ id: 'group', pid: -1 }));
  const record = {
    id: 'cg',
    pid: 4_194_304,
    started: '1',
    boot_id: bootId(),
    cgroup: '/sys/fs/cgroup/memory',
  };
  await writeFile(join(bench.runs_dir, 'cg.run.json'), JSON.stringify(record));
  expect(await bench.runner.killOrphans()).toBe(0);
  expect(await readdir(bench.runs_dir)).toEqual([]);
});

it('leaves the runs of the living platform alone', async () => {
  const bench = await makeBench();
  const run = await bench.start('sleep 1000');
  expect(await bench.runner.killOrphans()).toBe(0);
  expect(await isAlive(run.pid)).toBe(true);
});

it('runs nothing when the platform is gone before the run is on record', async () => {
  const gated = await startGated({
    sandbox: [],
    argv: ['echo', 'ran'],
    environment: {},
    cwd: '/',
    stdout: 1,
    stderr: 2,
  });
  const exit = once(gated.child, 'exit');
  gated.refuse();
  expect(await exit).toEqual([125, null]);
});
