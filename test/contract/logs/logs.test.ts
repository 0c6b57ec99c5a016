import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createFileLogs, createLocalLogs } from '../../../local/logs/file-logs.ts';
import { createLogStore } from '../../../src/adapters/stores/log-store.ts';
import { createMemoryTable } from '../../support/tables.ts';
import { createTestClock } from '../../support/test-clock.ts';
import { testId } from '../../support/test-ids.ts';
import { TENANT } from '../../support/things.ts';
import { logsContract } from './logs-contract.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

logsContract('in files', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'branchline-logs-'));
  folders.push(directory);
  const open = () =>
    createLocalLogs(
      createFileLogs({ directory, segment_bytes: 64 * 1024, max_segments: 64, clock: createTestClock() }),
    );
  return { logs: open(), reopened: open };
});

logsContract('in the table', async () => {
  const { table } = createMemoryTable();
  const open = () => createLogStore(table, createTestClock());
  return { logs: open(), reopened: open };
});

test('in the table, waiting for news reads nothing that is known already', async () => {
  const { table } = createMemoryTable();
  let read = 0;
  const counted: typeof table = {
    get: (key) => table.get(key),
    batchGet: (keys) => table.batchGet(keys),
    write: (write) => table.write(write),
    add: (key, amounts) => table.add(key, amounts),
    transact: (writes) => table.transact(writes),
    async query(query) {
      const answer = await table.query(query);
      read += answer.items.length;
      return answer;
    },
  };
  const logs = createLogStore(counted, createTestClock());
  const key = { tenant_id: TENANT, deployment_id: testId('dpl', 1) };
  const timestamp = '2026-11-15T12:00:00.000Z';
  logs.append(key, { timestamp, step: 'build', stream: 'stdout', level: 'info', message: 'one' });
  await logs.flush();
  const { next } = await logs.read(key, { after: 0, limit: 10 });
  read = 0;
  const at_once = await logs.read(key, { after: next, limit: 10 });
  const read_at_once = read;
  read = 0;
  const waited = await logs.read(key, { after: next, limit: 10, wait_ms: 1500 });

  expect([at_once.lines, waited.lines]).toEqual([[], []]);
  expect(read).toBe(read_at_once);
});
