import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileLogs, type FileLogs, type FileLogsOptions } from '../../../../local/logs/file-logs.ts';
import type { LogLine } from '../../../../src/domain/deployments/index.ts';

const ID = 'dpl_01980000-0000-7000-8000-000000000001';
let directory: string;
let logs: FileLogs;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'branchline-logs-'));
  logs = open();
});

afterEach(async () => {
  await logs.flush();
  rmSync(directory, { recursive: true, force: true });
});

function open(options: Partial<FileLogsOptions> = {}): FileLogs {
  const clock = { now: () => new Date(0) };
  return createFileLogs({ directory, segment_bytes: 100_000, max_segments: 100, clock, ...options });
}

function line(message: string): LogLine {
  return { timestamp: '2026-01-01T00:00:00.000Z', step: 'build', stream: 'stdout', level: 'info', message };
}

function write(target: FileLogs, from: number, to: number): void {
  for (let index = from; index <= to; index += 1) target.append(ID, line(`line ${index}`));
}

async function messages(target: FileLogs, after = 0): Promise<string[]> {
  const { lines } = await target.read(ID, { after, limit: 100_000 });
  return lines.map(({ message }) => message);
}

function segments(): string[] {
  return readdirSync(join(directory, ID)).sort();
}

function lastSegment(): string {
  return join(directory, ID, segments().at(-1) ?? '');
}

describe('a log that is removed', () => {
  const OTHER = ID.replace(/1$/, '2');

  it('is gone with what still waited to be written; others stay', async () => {
    write(logs, 1, 3);
    logs.append(OTHER, line('other'));
    await logs.flush();
    write(logs, 4, 5);
    await logs.remove(ID);
    await logs.remove(ID);

    expect(readdirSync(directory)).toEqual([OTHER]);
    expect(await messages(logs)).toEqual([]);
    expect((await logs.read(OTHER, { after: 0, limit: 5 })).lines).toHaveLength(1);
  });

  it('is none of another folder’s', async () => {
    await expect(logs.remove('../keys')).rejects.toThrow(RangeError);
  });
});

describe('a deployment’s log', () => {
  it('gives back what was appended, in order, in pages', async () => {
    write(logs, 1, 5);
    const first = await logs.read(ID, { after: 0, limit: 2 });
    expect(first.lines).toEqual([
      { sequence: 1, ...line('line 1') },
      { sequence: 2, ...line('line 2') },
    ]);
    expect(first.next).toBe(2);
    const second = await logs.read(ID, { after: first.next, limit: 10 });
    expect(second.lines.map(({ sequence }) => sequence)).toEqual([3, 4, 5]);
    expect(await logs.read(ID, { after: second.next, limit: 10 })).toEqual({ lines: [], next: 5 });
  });

  it('is empty for a deployment that logged nothing', async () => {
    expect(await logs.read(ID, { after: 0, limit: 10 })).toEqual({ lines: [], next: 0 });
  });

  it('is apart from every other', async () => {
    const other = ID.replace(/1$/, '2');
    logs.append(other, line('other'));
    write(logs, 1, 1);
    expect(await messages(logs)).toEqual(['line 1']);
    expect((await logs.read(other, { after: 0, limit: 10 })).lines).toMatchObject([
      { sequence: 1, message: 'other' },
    ]);
  });

  it.each(['..', '../x', 'dpl_', 'dpl_1/..', 'DPL_1', 'dpl_1\n', ''])(
    'takes no path for an id: %j',
    async (id) => {
      expect(() => logs.append(id, line('x'))).toThrow(RangeError);
      await expect(logs.read(id, { after: 0, limit: 1 })).rejects.toBeInstanceOf(RangeError);
    },
  );

  it('ends a page that grows too large before its limit', async () => {
    for (let index = 0; index < 100; index += 1) logs.append(ID, line('x'.repeat(16_000)));
    const seen: number[] = [];
    for (let page = await logs.read(ID, { after: 0, limit: 1_000 }); page.lines.length > 0; ) {
      expect(page.lines.length).toBeLessThan(100);
      seen.push(...page.lines.map(({ sequence }) => sequence));
      page = await logs.read(ID, { after: page.next, limit: 1_000 });
    }
    expect(seen).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  });
});

describe('waiting', () => {
  it('ends with the next line', async () => {
    write(logs, 1, 1);
    const read = logs.read(ID, { after: 1, limit: 10, wait_ms: 25_000 });
    await logs.flush();
    write(logs, 2, 2);
    expect(await read).toMatchObject({ lines: [{ sequence: 2 }], next: 2 });
  });

  it('begins before there is any log', async () => {
    const reads = [1, 2].map(() => logs.read(ID, { after: 0, limit: 10, wait_ms: 25_000 }));
    write(logs, 1, 1);
    for (const page of await Promise.all(reads)) expect(page.next).toBe(1);
  });

  it('ends empty when its time is over', async () => {
    write(logs, 1, 1);
    expect(await logs.read(ID, { after: 1, limit: 10, wait_ms: 1 })).toEqual({ lines: [], next: 1 });
  });

  it('ends empty when the reader leaves', async () => {
    const controller = new AbortController();
    const read = logs.read(ID, { after: 0, limit: 10, wait_ms: 25_000, signal: controller.signal });
    controller.abort();
    expect(await read).toEqual({ lines: [], next: 0 });
    const signal = AbortSignal.abort();
    expect(await logs.read(ID, { after: 0, limit: 1, wait_ms: 25_000, signal })).toEqual({
      lines: [],
      next: 0,
    });
  });

  it('is not ended by lines of another deployment, nor by ones before the cursor', async () => {
    const read = logs.read(ID, { after: 3, limit: 10, wait_ms: 25_000 });
    logs.append(ID.replace(/1$/, '2'), line('other'));
    write(logs, 1, 3);
    await logs.flush();
    write(logs, 4, 4);
    expect(await read).toMatchObject({ lines: [{ sequence: 4 }] });
  });
});

describe('after a restart', () => {
  it('the numbers go on', async () => {
    write(logs, 1, 3);
    await logs.flush();
    const reopened = open();
    write(reopened, 4, 5);
    expect(await messages(reopened, 2)).toEqual(['line 3', 'line 4', 'line 5']);
    expect(segments()).toHaveLength(1);
  });

  it('a torn last line is left out by readers and taken away by the next write', async () => {
    write(logs, 1, 2);
    await logs.flush();
    appendFileSync(lastSegment(), '{"sequence":3,"timestamp":"2026-');
    const reopened = open();
    expect(await messages(reopened)).toEqual(['line 1', 'line 2']);
    write(reopened, 3, 3);
    expect(await messages(reopened)).toEqual(['line 1', 'line 2', 'line 3']);
    expect(readFileSync(lastSegment(), 'utf8').split('\n')).toHaveLength(4);
  });

  it('a segment that was torn at its very first line goes on with its number', async () => {
    write(logs, 1, 1);
    await logs.flush();
    writeFileSync(join(directory, ID, '000000000002.ndjson'), '{"sequ');
    const reopened = open();
    write(reopened, 2, 2);
    expect((await reopened.read(ID, { after: 0, limit: 10 })).lines).toMatchObject([
      { sequence: 1 },
      { sequence: 2, message: 'line 2' },
    ]);
  });

  it('rubbish within a segment costs only itself', async () => {
    write(logs, 1, 1);
    await logs.flush();
    appendFileSync(lastSegment(), '\0\0rubbish\n{"sequence":2,"message":\n');
    const reopened = open();
    write(reopened, 3, 3);
    expect(await messages(reopened)).toEqual(['line 1', 'line 3']);
    expect(await reopened.read(ID, { after: 0, limit: 10 })).toMatchObject({ next: 3 });
  });

  it('is the same as after the writer was released', async () => {
    const forgetful = open({ max_idle_writers: 0, segment_bytes: 300 });
    for (let index = 1; index <= 12; index += 1) {
      write(forgetful, index, index);
      await forgetful.flush();
    }
    expect(await messages(forgetful)).toEqual(Array.from({ length: 12 }, (_, index) => `line ${index + 1}`));
  });
});

describe('bounds', () => {
  it('keep the first quarter of the segments, where the build is, and the newest lines', async () => {
    const small = open({ segment_bytes: 400, max_segments: 8 });
    for (let index = 1; index <= 100; index += 1) write(small, index, index);
    await small.flush();
    expect(segments()).toHaveLength(8);
    for (const name of segments()) expect(statSync(join(directory, ID, name)).size).toBeLessThanOrEqual(400);
    const { lines } = await small.read(ID, { after: 0, limit: 1_000 });
    const sequences = lines.map(({ sequence }) => sequence);
    expect(sequences.slice(0, 3)).toEqual([1, 2, 3]);
    expect(sequences.at(-1)).toBe(100);
    expect(sequences.length).toBeLessThan(100);
    // A cursor into the part that is gone goes on with the oldest line after it.
    const gap = sequences.findIndex((sequence, index) => sequence !== index + 1);
    const page = await small.read(ID, { after: gap + 1, limit: 1 });
    expect(page.lines[0]?.sequence).toBe(sequences[gap]);
  });

  it('hold for a log that is reopened', async () => {
    for (let round = 0; round < 10; round += 1) {
      const small = open({ segment_bytes: 200, max_segments: 4 });
      write(small, round * 3 + 1, round * 3 + 3);
      await small.flush();
    }
    expect(segments()).toHaveLength(4);
    expect((await messages(logs)).at(-1)).toBe('line 30');
  });

  it('drop and count what comes faster than it can be written', async () => {
    write(logs, 1, 30_000);
    const kept: string[] = [];
    for (let after = 0; ; ) {
      const page = await logs.read(ID, { after, limit: 5_000 });
      if (page.lines.length === 0) break;
      kept.push(...page.lines.map(({ message }) => message));
      after = page.next;
    }
    const dropped = Number(/^(\d+) lines dropped/.exec(kept.at(-1) ?? '')?.[1]);
    expect(dropped).toBeGreaterThan(0);
    expect(kept.length - 1 + dropped).toBe(30_000);
    expect(kept.slice(0, -1)).toEqual(
      Array.from({ length: kept.length - 1 }, (_, index) => `line ${index + 1}`),
    );
    write(logs, 30_001, 30_001);
    expect(await messages(logs, kept.length)).toEqual(['line 30001']);
  });
});

describe('a full disk', () => {
  const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });

  it('loses lines without harm, and says once how many when there is space again', async () => {
    let is_full = false;
    const limited = open({
      async append(path, data) {
        // What a full disk does: a part of it is written, within a line.
        await appendFile(path, is_full ? data.slice(0, Math.ceil(data.length / 2) + 7) : data);
        if (is_full) throw full;
      },
    });
    write(limited, 1, 2);
    await limited.flush();
    is_full = true;
    write(limited, 3, 4);
    await limited.flush();
    write(limited, 5, 5);
    expect(await messages(limited)).toEqual(['line 1', 'line 2']);
    is_full = false;
    write(limited, 6, 6);
    await limited.flush();
    write(limited, 7, 7);
    expect((await limited.read(ID, { after: 2, limit: 10 })).lines).toMatchObject([
      { sequence: 3, message: '3 lines lost: the disk was full or failed.', stream: 'system', level: 'warn' },
      { sequence: 4, message: 'line 6' },
      { sequence: 5, message: 'line 7' },
    ]);
  });

  it('in the middle of a batch counts only what is not there', async () => {
    let calls = 0;
    const limited = open({
      segment_bytes: 300,
      async append(path, data) {
        calls += 1;
        if (calls === 2) throw full;
        await appendFile(path, data);
      },
    });
    write(limited, 1, 9);
    await limited.flush();
    const kept = await messages(limited);
    write(limited, 10, 10);
    expect(await messages(limited, kept.length)).toEqual([
      `${9 - kept.length} lines lost: the disk was full or failed.`,
      'line 10',
    ]);
  });

  it('is no different from a folder that can not be made', async () => {
    writeFileSync(join(directory, ID), 'in the way');
    write(logs, 1, 2);
    await logs.flush();
    rmSync(join(directory, ID));
    write(logs, 3, 3);
    expect(await messages(logs)).toEqual(['2 lines lost: the disk was full or failed.', 'line 3']);
  });
});
