import { open, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeBench } from '../unit/local/process/support.ts';
import { hostOutput } from './support.ts';

it('runs nothing that it can not record on a full disk, and goes on when there is room', async () => {
  const bench = await makeBench();
  await hostOutput('mount', '-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', bench.runs_dir);
  onTestFinished(async () => void (await hostOutput('umount', bench.runs_dir)));
  await fill(join(bench.runs_dir, 'ballast'));
  const marker = join(bench.work, 'ran');
  await expect(bench.start(`: > '${marker}'`)).rejects.toMatchObject({ reason: 'storage_full' });
  expect(await readdir(bench.work)).toEqual([]);
  expect(await readdir(bench.runs_dir)).toEqual(['ballast']);
  await rm(join(bench.runs_dir, 'ballast'));
  expect(await bench.finish('echo fine')).toMatchObject({ code: 0, text: 'fine' });
});

async function fill(path: string): Promise<void> {
  await writeFile(path, '');
  const file = await open(path, 'a');
  try {
    for (;;) await file.write(Buffer.alloc(4_096));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  } finally {
    await file.close();
  }
}
