import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isAlive, makeBench } from '../unit/local/process/support.ts';
import { APP_USER_ID, hostOutput, OPEN_FOLDER } from './support.ts';

const PLATFORM = join(import.meta.dirname, '../unit/local/process/fixtures/platform.ts');

describe('level bubblewrap for a platform that is not root', () => {
  it('makes a user namespace without capabilities, and no more of them', async () => {
    const home = await mkdtemp(join(OPEN_FOLDER, 'branchline-user-'));
    onTestFinished(() => rm(home, { recursive: true, force: true }));
    await mkdir(join(home, 'work'));
    await writeFile(join(home, 'secret'), 'secret');
    await hostOutput('chown', '-R', `${APP_USER_ID}:${APP_USER_ID}`, home);
    const script =
      'trap "echo drained; exit" TERM; echo mine > own; ' +
      'echo $(id -u) $(cat own) $(grep CapEff /proc/self/status) $(cat ../secret 2>/dev/null || echo hidden) ' +
      '$(unshare -U true 2>/dev/null || echo refused); sleep 1000 & wait';
    const platform = spawn(
      'setpriv',
      [
        ...`--reuid ${APP_USER_ID} --regid ${APP_USER_ID} --clear-groups --`.split(' '),
        process.execPath,
        PLATFORM,
        home,
        'bubblewrap',
        'watchdog',
        script,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: '/usr/bin:/bin' } },
    );
    onTestFinished(() => void platform.kill('SIGKILL'));
    const lines = createInterface(platform.stdout)[Symbol.asyncIterator]();
    const { value } = await lines.next();
    const [pid, ...seen] = String(value).split(' ');
    expect(seen.join(' ')).toBe('65534 mine CapEff: 0000000000000000 hidden refused');
    platform.kill('SIGTERM');
    expect((await lines.next()).value).toBe(`${pid} drained`);
    await once(platform, 'exit');
    expect(await isAlive(Number(pid))).toBe(false);
  });
});

describe('choosing a level', () => {
  it('takes bubblewrap where it works', async () => {
    expect((await makeBench({ level: 'auto', memory: 'auto' })).runner).toMatchObject({
      level: 'bubblewrap',
      memory: 'cgroup',
    });
  });

  it('says why another user can not be had', async () => {
    const closed = await makeBench();
    // mkdtemp makes folders that only their owner may enter.
    const home = join(closed.home, 'data');
    await mkdir(home);
    await expect(makeBench({ level: 'user', home })).rejects.toThrow(
      `"user" is not available: other users may not enter ${closed.home}`,
    );
  });
});
