import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Platform, startPlatform } from '../../local/platform.ts';
import { readSettings } from '../../local/settings.ts';
import type { Logger } from '../../src/domain/shared/ports.ts';
import { entriesOf, makeHome, platformSettings } from '../support/platform.ts';
import { serverSource } from '../support/platform-apps.ts';
import { signUp } from '../support/platform-client.ts';
import { send } from '../support/platform-http.ts';
import { createRecordedLogger } from '../support/recorded-logger.ts';
import { createRepository, type TestRepository } from '../support/repository.ts';

const TWO_DAYS_MS = 48 * 3_600_000;
const FOLDERS = ['images', 'sources', 'logs', 'caches'] as const;

let home: string;
let repository: TestRepository;
let platform: Platform | undefined;
/** How far the platform's clock is ahead. */
let ahead_ms = 0;

beforeAll(async () => {
  home = await makeHome();
  repository = createRepository({ files: { 'server.js': serverSource("response.end('here');") } });
});

afterAll(async () => {
  await platform?.stop();
  repository?.remove();
  await rm(home, { recursive: true, force: true });
});

/** Starts the platform. @returns `purged`, which resolves once something was purged */
async function start(): Promise<{ readonly purged: Promise<void> }> {
  let tell: () => void = () => undefined;
  const purged = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const recorded = createRecordedLogger();
  const logger: Logger = {
    ...recorded,
    info(message, fields) {
      if (message === 'purged for good') tell();
      recorded.info(message, fields);
    },
  };
  const clock = { now: () => new Date(Date.now() + ahead_ms) };
  platform = await startPlatform(readSettings(platformSettings(home)), process.env, { logger, clock });
  return { purged };
}

const port = () => platform?.port ?? 0;
const files = () => Promise.all(FOLDERS.map((name) => entriesOf(home, name)));

/** How many rows of the database name something. */
function mentions(...texts: string[]): number {
  const database = new DatabaseSync(join(home, 'branchline.sqlite'), { readOnly: true });
  const rows = [
    ...database.prepare("SELECT * FROM items WHERE pk NOT LIKE '%#OUTBOX'").all(),
    ...database.prepare('SELECT * FROM executions').all(),
    ...database.prepare('SELECT * FROM workloads').all(),
  ];
  database.close();
  return rows.filter((row) => texts.some((text) => JSON.stringify(row).includes(text))).length;
}

test('48 hours after its deletion a project and its files are gone for good, and another’s are all there', async () => {
  await start();
  const client = await signUp(port(), 'ada@example.com');
  const deploy = async (name: string) => {
    const project = await client.createProject({ name, repository_url: repository.path });
    return client.deployed(project.id);
  };
  const kept = await deploy('kept');
  const before = await files();
  const doomed = await deploy('doomed');
  await client.want('DELETE', `/projects/${doomed.project_id}`);
  await platform?.stop();
  expect((await files()).map((entries) => entries.length)).toEqual([2, 0, 2, 2]);

  ahead_ms = TWO_DAYS_MS;
  const { purged } = await start();
  await purged;

  expect(await files()).toEqual(before);
  expect(await send(port(), { host: 'kept.localhost' })).toMatchObject({ status: 200, text: 'here' });
  await platform?.stop();
  expect(mentions(doomed.project_id, doomed.id)).toBe(0);
  expect(mentions(kept.project_id, kept.id)).toBeGreaterThan(0);
});
