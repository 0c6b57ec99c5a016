import { describe, expect, it } from 'vitest';
import { exitOrStop, type ProcessExit, type SandboxedProcess } from '../../../../local/process/index.ts';

/** A command that ends only when it is told to. */
function endless(): SandboxedProcess & { readonly graces: number[] } {
  const graces: number[] = [];
  let end: (exit: ProcessExit) => void = () => {};
  const exited = new Promise<ProcessExit>((resolve) => {
    end = resolve;
  });
  return {
    pid: 1,
    exited,
    graces,
    terminate(grace_ms) {
      graces.push(grace_ms);
      end({ code: null, signal: 'SIGTERM', out_of_memory: false });
      return exited;
    },
    listeningPorts: async () => [],
    usage: async () => ({ resident_bytes: 0, cpu_s: 0 }),
  };
}

describe('waiting for a command’s end', () => {
  it('stops it when the signal ends', async () => {
    const child = endless();
    const stopping = new AbortController();
    const exit = exitOrStop(child, stopping.signal, 50);
    stopping.abort();
    expect((await exit).signal).toBe('SIGTERM');
    expect(child.graces).toEqual([50]);
  });

  it('stops it also when the signal had ended while it was being started', async () => {
    const child = endless();
    expect((await exitOrStop(child, AbortSignal.abort(), 50)).signal).toBe('SIGTERM');
    expect(child.graces).toEqual([50]);
  });
});
