import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isAlive, makeBench } from './support.ts';

it('tells exit codes and signals, and leaves no record', async () => {
  const bench = await makeBench();
  expect(await bench.finish('exit 7')).toMatchObject({ code: 7, signal: null, out_of_memory: false });
  expect(await bench.finish('kill -9 $$')).toMatchObject({ code: null, signal: 'SIGKILL' });
  expect(await readdir(bench.runs_dir)).toEqual([]);
  expect(bench.errors).toEqual([]);
});

it('ends with 127 and a message for a program that is not there', async () => {
  const bench = await makeBench();
  const { code, text } = await bench.finish(
    { kind: 'exec', argv: ['no-such-program'] },
    { environment: { PATH: '/usr/bin:/bin' } },
  );
  expect({ code, text }).toEqual({ code: 127, text: expect.stringContaining('no-such-program') });
});

it('lets an app that traps SIGTERM finish', async () => {
  const bench = await makeBench();
  const run = await bench.start('trap "echo cleaned; exit 3" TERM; echo up; while :; do sleep 0.01; done');
  await run.line('up');
  expect(await run.terminate(60_000)).toMatchObject({ code: 3, signal: null });
  expect(run.text()).toContain('cleaned');
});

it('waits for a server whose shell ended at once on SIGTERM', async () => {
  const bench = await makeBench();
  const server =
    'process.on("SIGTERM", () => setTimeout(() => { console.log("drained"); process.exit() }, 50));';
  const run = await bench.start(
    `'${process.execPath}' -e '${server} console.log("up"); setInterval(() => {}, 1000)' & wait`,
  );
  await run.line('up');
  await run.terminate(60_000);
  expect(run.text()).toContain('drained');
});

it('kills an app that ignores SIGTERM, and everything it started', async () => {
  const bench = await makeBench();
  const run = await bench.start('trap "" TERM; sh -c "echo \\$\\$; while :; do sleep 1; done" & wait');
  const child = Number(await run.line(''));
  expect(await run.terminate(20)).toMatchObject({ code: null, signal: 'SIGKILL' });
  expect(await isAlive(child)).toBe(false);
});

it('takes terminate twice, and after the end', async () => {
  const bench = await makeBench();
  const run = await bench.start('trap "" TERM; echo up; while :; do sleep 0.01; done');
  await run.line('up');
  const slow = run.terminate(60_000);
  expect((await run.terminate(0)).signal).toBe('SIGKILL');
  expect(await slow).toEqual(await run.terminate(0));
});

it('kills what a command leaves behind in its group', async () => {
  const bench = await makeBench();
  const { text, code } = await bench.finish('sleep 1000 >/dev/null 2>&1 & echo $!');
  expect(code).toBe(0);
  expect(await isAlive(Number(text))).toBe(false);
});

it('kills a daemon that left the group, once seen', async () => {
  const bench = await makeBench();
  const script = `
    const { spawn } = require('node:child_process');
    const daemon = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
    console.log(daemon.pid);
    setInterval(() => {}, 1000);`;
  const run = await bench.start({ kind: 'exec', argv: [process.execPath, '-e', script] });
  const daemon = Number(await run.line(''));
  await run.listeningPorts();
  await run.terminate(60_000);
  expect(await isAlive(daemon)).toBe(false);
});

it('ends every run with terminateAll, and starts no more', async () => {
  const bench = await makeBench();
  const runs = await Promise.all([bench.start('sleep 1000'), bench.start('sleep 1000')]);
  await bench.runner.terminateAll(60_000);
  for (const run of runs) expect(await isAlive(run.pid)).toBe(false);
  await expect(bench.start('true')).rejects.toMatchObject({ reason: 'interrupted' });
});

it('finds the ports on which a run listens', async () => {
  const bench = await makeBench();
  const script = `
    const server = require('node:net').createServer().listen(0, '127.0.0.1', () => console.log(server.address().port));`;
  const run = await bench.start(`'${process.execPath}' -e "$SCRIPT" | cat`, {
    environment: { PATH: process.env['PATH'] ?? '', SCRIPT: script },
  });
  const port = Number(await run.line(''));
  expect(await run.listeningPorts()).toEqual([port]);
  await run.terminate(0);
  expect(await run.listeningPorts()).toEqual([]);
});

it('ends a run that holds more memory than it may', async () => {
  const bench = await makeBench();
  const script = 'const held = []; setInterval(() => held.push(Buffer.alloc(8e6, 1)), 5)';
  const run = await bench.finish(
    { kind: 'exec', argv: [process.execPath, '-e', script] },
    { memory_limit_bytes: 150e6 },
  );
  expect(run).toMatchObject({ signal: 'SIGKILL', out_of_memory: true });
});

it('says what is wrong with a folder', async () => {
  const bench = await makeBench();
  await expect(bench.start('true', { cwd: join(bench.home, 'missing') })).rejects.toThrow('can not be used');
  await writeFile(join(bench.home, 'file'), '');
  await expect(bench.start('true', { cwd: join(bench.home, 'file') })).rejects.toThrow('is not a folder');
  await mkdir(join(bench.home, 'folder'));
  await symlink(join(bench.home, 'folder'), join(bench.work, 'link'));
  await expect(bench.start('true', { cwd: join(bench.work, 'link') })).rejects.toThrow('through a link');
  expect(await readdir(bench.runs_dir)).toEqual([]);
});

it('says that arguments are too long, and that records can not be kept', async () => {
  const bench = await makeBench();
  const argv = ['echo', 'x'.repeat(3_000_000)] as const;
  await expect(bench.start({ kind: 'exec', argv: [...argv] })).rejects.toMatchObject({
    reason: 'internal',
    message: expect.stringContaining('longer than the system allows'),
  });
  await rm(bench.runs_dir, { recursive: true });
  await expect(bench.start('true')).rejects.toMatchObject({
    reason: 'internal',
    message: expect.stringContaining('could not be recorded'),
  });
  await mkdir(bench.runs_dir);
  expect(await bench.finish('echo fine')).toMatchObject({ code: 0, text: 'fine' });
});

it('refuses ids that could name another file, and a second run of one id', async () => {
  const bench = await makeBench();
  await expect(bench.start('true', { id: '../x' })).rejects.toThrow('is not an id');
  await bench.start('sleep 1000', { id: 'same' });
  await expect(bench.start('true', { id: 'same' })).rejects.toThrow('is there already');
});
