import { mkdtemp, readdir, readlink, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { type Platform, type PlatformOptions, startPlatform } from '../../local/platform.ts';
import { listProcesses } from '../../local/process/process-table.ts';
import { readSettings } from '../../local/settings.ts';

/** A platform in this process, in a home of its own. */
export interface TestPlatform extends Platform {
  readonly home: string;
  /** Stops it and removes its home. */
  remove(): Promise<void>;
}

/** @param environment - the operator's; what these tests run with when there is none */
export async function startTestPlatform(
  options: PlatformOptions & {
    readonly environment?: Readonly<Record<string, string | undefined>>;
    /** In place of those of {@link platformSettings}. */
    readonly settings?: Readonly<Record<string, string>>;
  } = {},
): Promise<TestPlatform> {
  const home = await makeHome();
  const { environment = process.env, settings = {}, ...rest } = options;
  const wanted = readSettings({ ...platformSettings(home), ...settings });
  const platform = await startPlatform(wanted, environment, rest);
  return {
    ...platform,
    home,
    async remove() {
      await platform.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** A temporary folder for a platform. */
export async function makeHome(): Promise<string> {
  return realpath(await mkdtemp(join(tmpdir(), 'branchline-home-')));
}

/** Settings for tests: any port, no limits, no isolation, which would need root. */
export function platformSettings(home: string): Record<string, string> {
  return {
    BRANCHLINE_PORT: '0',
    BRANCHLINE_HOME: home,
    BRANCHLINE_ISOLATION: 'none',
    BRANCHLINE_RATE_LIMIT: '0',
    LOG_LEVEL: 'error',
  };
}

/** Entries below one of a home's folders. */
export async function entriesOf(home: string, folder: string): Promise<string[]> {
  return (await readdir(join(home, folder))).toSorted();
}

/** Processes whose working folder lies in a platform's home: its builds and apps. */
export async function processesIn(home: string): Promise<number[]> {
  const pids: number[] = [];
  for (const { pid, zombie } of await listProcesses()) {
    if (zombie) continue;
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '');
    if (cwd.startsWith(home)) pids.push(pid);
  }
  return pids;
}

/** As {@link processesIn}, once a release that another one has replaced has ended: nothing tells of that moment.
 *  @returns what is there in the end, however many that are */
export async function settledProcesses(home: string, count: number): Promise<number[]> {
  const give_up_at = performance.now() + 10_000;
  for (;;) {
    const pids = await processesIn(home);
    if (pids.length <= count || performance.now() > give_up_at) return pids;
    await delay(10);
  }
}
