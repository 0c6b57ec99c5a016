import process from 'node:process';
import { afterEach, beforeEach, vi } from 'vitest';

/** Keeps what each test of a file writes to stdout and stderr. @returns how a running test gets its lines so far */
export function keepWrittenLines(): () => readonly string[] {
  let written: string[] = [];
  beforeEach(() => {
    written = [];
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, 'write').mockImplementation((line) => {
        written.push(String(line));
        return true;
      });
    }
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  return () => written;
}
