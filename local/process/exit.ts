import type { ProcessExit, SandboxedProcess } from './types.ts';

/** Waits for a command's end, and ends it when the signal does: also one that did so while the command was being started,
 *  of which no event tells any more. */
export async function exitOrStop(
  child: SandboxedProcess,
  signal: AbortSignal,
  grace_ms: number,
): Promise<ProcessExit> {
  const stop = () => void child.terminate(grace_ms);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await child.exited;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
