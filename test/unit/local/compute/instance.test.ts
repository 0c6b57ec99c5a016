import { expect, it } from 'vitest';
import { LIMITS } from '../../../../local/builder/limits.ts';
import { Instance } from '../../../../local/compute/instance.ts';
import type { ProcessExit, ProcessRunner, SandboxedProcess } from '../../../../local/process/index.ts';
import { release, SERVICE } from '../../../support/things.ts';

it('an app whose supervision fails is ended, as nobody would notice what becomes of it', async () => {
  const ended: number[] = [];
  let end: (exit: ProcessExit) => void = () => {};
  const exited = new Promise<ProcessExit>((resolve) => {
    end = resolve;
  });
  const child: SandboxedProcess = {
    pid: 1,
    exited,
    terminate(grace_ms) {
      ended.push(grace_ms);
      end({ code: null, signal: 'SIGTERM', out_of_memory: false });
      return exited;
    },
    listeningPorts: async () => {
      throw new Error('no /proc');
    },
    usage: async () => ({ resident_bytes: 0, cpu_s: 0 }),
  };
  const runner: ProcessRunner = {
    level: 'none',
    changes_user: false,
    memory: 'watchdog',
    start: async () => child,
    prepareWritablePath: async () => {},
    killOrphans: async () => 0,
    terminateAll: async () => {},
  };
  const { plan, id } = release();
  const failed = new Promise<void>((resolve) => {
    const instance = new Instance({
      spec: {
        service: SERVICE,
        deployment_id: 'dpl_1',
        release_id: id,
        display_name: 'shop',
        host: 'shop',
        image: 'folder:1',
        plan: { ...plan, health_check: { path: null, timeout_s: 0 } },
        variables: {},
      },
      launch: { command: { kind: 'shell', script: '' }, cwd: '/', environment: {}, writable_paths: [] },
      runner,
      limits: LIMITS,
      domain: 'shop.localhost',
      log: () => {},
      onChange: ({ state }) => {
        if (state === 'failed') resolve();
      },
    });
    instance.start();
  });
  await failed;
  await exited;

  expect(ended).toEqual([LIMITS.stop_grace_ms]);
});
