import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { createFileLogs, createLocalLogs } from '../../../local/logs/file-logs.ts';
import { createLogStore } from '../../../src/adapters/stores/log-store.ts';
import { createMemoryTable } from '../../support/tables.ts';
import { createTestClock } from '../../support/test-clock.ts';
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
