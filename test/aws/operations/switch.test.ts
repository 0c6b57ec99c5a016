import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { restoreTables } from '../../../scripts/restore/restore.ts';
import type { TablePair } from '../../../scripts/restore/table-pair.ts';
import { findTablesInUse } from '../../../scripts/restore/tables-in-use.ts';
import { awsConfig, createTestDynamo } from '../../support/aws.ts';
import { completeRecoveryAnswers, enableRecovery } from '../../support/aws-recovery.ts';
import { callDeployed } from '../../support/deployed-api.ts';
import { deployAll } from '../setup/cdk.ts';
import { addVariables } from '../stand-in/functions.ts';

const POLL_MS = 250;
const PASSWORD = 'a long enough one';
const REPOSITORY = 'https://127.0.0.1/team/app.git';

const folder = mkdtempSync(join(tmpdir(), 'branchline-switch-'));
const dynamo = createTestDynamo();
const lambda = new LambdaClient(awsConfig('LAMBDA'));
const tablesInUse = () => findTablesInUse(lambda, 'dev');
const old_email = `before-${crypto.randomUUID()}@example.com`;
const new_email = `after-${crypto.randomUUID()}@example.com`;

let own: TablePair;
let restored: TablePair;

async function switchTo(context: Readonly<Record<string, string>>): Promise<void> {
  await deployAll({ output: folder, context });
  // The deploy took from the functions what only the stand-in gives them.
  await addVariables(inject('function_variables'));
}

const register = (email: string) =>
  callDeployed('POST', '/api/v1/auth/register', { body: { email, password: PASSWORD, name: 'Drill' } });
const signIn = (email: string) =>
  callDeployed('POST', '/api/v1/auth/login', { body: { email, password: PASSWORD } });

/** A deployment to its end: through outbox, stream, bus and state machine. */
async function deployToItsEnd(token: string): Promise<string> {
  const name = `drill-${crypto.randomUUID()}`;
  const project = await callDeployed('POST', '/api/v1/projects', {
    token,
    body: { name, repository_url: REPOSITORY },
  });
  const { id: project_id } = project.json as { id: string };
  const queued = await callDeployed('POST', '/api/v1/deployments', { token, body: { project_id } });
  const { id } = queued.json as { id: string };
  for (;;) {
    const { json } = await callDeployed('GET', `/api/v1/deployments/${id}`, { token });
    const { status } = json as { status: string };
    if (!['queued', 'building', 'deploying'].includes(status)) return status;
    await delay(POLL_MS);
  }
}

beforeAll(async () => {
  await register(old_email);
  own = await tablesInUse();
  completeRecoveryAnswers(dynamo);
  await enableRecovery(dynamo, Object.values(own));
  const result = await restoreTables(
    { dynamo, print: () => undefined, waiting: { max_wait_s: 120, min_delay_s: 1 } },
    { stage: 'dev', source: own, at: 'latest', dry_run: false },
  );
  if (result === undefined) throw new Error('it was no dry run');
  restored = { directory: result.restored.directoryTable, tenants: result.restored.tenantsTable };
  await switchTo({ ...result.restored });
});

afterAll(async () => {
  for (const TableName of Object.values(restored)) await dynamo.send(new DeleteTableCommand({ TableName }));
  rmSync(folder, { recursive: true, force: true });
});

describe('an installation that was switched to restored tables', () => {
  test('uses them', async () => {
    expect(await tablesInUse()).toEqual(restored);
  });

  test('knows who was there before', async () => {
    expect((await signIn(old_email)).status).toBe(200);
  });

  test('takes new accounts and runs deployments: their events come by the restored table’s stream', async () => {
    const { json } = await register(new_email);
    const { access_token } = json as { access_token: string };
    // No image comes of it on a stand-in; its end is told by events alone.
    expect(await deployToItsEnd(access_token)).toBe('failed');
  });
});

describe('an installation that was switched back', () => {
  beforeAll(() => switchTo({}));

  test('uses its own tables, which nobody wrote to meanwhile', async () => {
    expect(await tablesInUse()).toEqual(own);
    expect((await signIn(old_email)).status).toBe(200);
    expect((await signIn(new_email)).status).toBe(401);
  });

  test('runs deployments by its own stream', async () => {
    const { access_token } = (await signIn(old_email)).json as { access_token: string };
    expect(await deployToItsEnd(access_token)).toBe('failed');
  });
});
