import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { removeFolder } from '../../local/process/memory/cgroup-io.ts';
import { findCgroupBase } from '../../local/process/memory/cgroup-location.ts';
import { isAlive, makeBench } from '../unit/local/process/support.ts';
import { makeSandbox } from './support.ts';

const HOG = 'held = []\nwhile True: held.append(b"x" * 4000000)';
const LIMIT = { memory_limit_bytes: 100e6 };

describe.each([
  ['bubblewrap', 'cgroup'],
  ['bubblewrap', 'watchdog'],
  ['user', 'cgroup'],
  ['user', 'watchdog'],
] as const)('memory at level %s by %s', (level, memory) => {
  it('ends a command that takes too much', async () => {
    const bench = await makeSandbox(level, { memory });
    const run = await bench.finish({ kind: 'exec', argv: ['/usr/bin/python3', '-c', HOG] }, LIMIT);
    expect(run.out_of_memory).toBe(true);
    expect(run.code).not.toBe(0);
    expect(await readdir(bench.runs_dir)).toEqual([]);
  });

  it('ends the whole run when a worker takes too much', async () => {
    const bench = await makeSandbox(level, { memory });
    const run = await bench.finish(`/usr/bin/python3 -c '${HOG}'; while :; do sleep 0.1; done`, LIMIT);
    expect(run.out_of_memory).toBe(true);
  });

  it('does not blame memory for other deaths', async () => {
    const bench = await makeSandbox(level, { memory });
    expect((await bench.finish('kill -9 $$')).out_of_memory).toBe(false);
  });
});

describe('cgroups', () => {
  it('hold each run apart, and are removed with it', async () => {
    const bench = await makeBench({ memory: 'cgroup' });
    const run = await bench.start('echo up; sleep 1000');
    await run.line('up');
    const record = JSON.parse(await readFile(join(bench.runs_dir, 'run-1.run.json'), 'utf8'));
    expect(await readFile(join(record.cgroup, 'cgroup.procs'), 'utf8')).toContain(`${run.pid}\n`);
    await run.terminate(0);
    expect(await readdir(dirname(record.cgroup))).not.toContain('run-1');
    await bench.runner.terminateAll(0);
    await expect(readdir(dirname(record.cgroup))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('can be made here', async () => {
    const base = await findCgroupBase('branchline-test');
    expect(base).not.toBeNull();
    if (base !== null) await removeFolder(base.folder);
  });
});

describe('after a kill of the platform', () => {
  async function killedPlatform(home: string, level: string, memory: string, script: string) {
    const fixture = join(import.meta.dirname, '../unit/local/process/fixtures/platform.ts');
    const platform = spawn(process.execPath, [fixture, home, level, memory, script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void platform.kill('SIGKILL'));
    const [line] = await once(createInterface(platform.stdout), 'line');
    platform.kill('SIGKILL');
    await once(platform, 'exit');
    return String(line).split(' ').map(Number);
  }

  it('finds daemons that left the group by their cgroup', async () => {
    const bench = await makeBench({ memory: 'cgroup' });
    const script = 'setsid -f sh -c "echo \\$\\$; exec sleep 1000"; sleep 1000';
    const [leader = 0, daemon = 0] = await killedPlatform(bench.home, 'none', 'cgroup', script);
    expect(await isAlive(daemon)).toBe(true);
    expect(await bench.runner.killOrphans()).toBe(1);
    expect([await isAlive(leader), await isAlive(daemon)]).toEqual([false, false]);
  });

  it('finds them also when the next platform has no cgroups', async () => {
    const bench = await makeBench({ memory: 'watchdog' });
    const script = 'setsid -f sh -c "echo \\$\\$; exec sleep 1000"; sleep 1000';
    const [, daemon = 0] = await killedPlatform(bench.home, 'none', 'cgroup', script);
    expect(await bench.runner.killOrphans()).toBe(1);
    expect(await isAlive(daemon)).toBe(false);
  });

  it('leaves nothing of a bubblewrap sandbox', async () => {
    const bench = await makeBench({ level: 'bubblewrap' });
    const [leader = 0] = await killedPlatform(bench.home, 'bubblewrap', 'watchdog', 'echo 1; sleep 1000');
    await bench.runner.killOrphans();
    expect(await isAlive(leader)).toBe(false);
    expect(await readdir(bench.runs_dir)).toEqual([]);
  });
});
