import { beforeEach, describe, expect, test } from 'vitest';
import { OperatorError } from '../../../../scripts/operator/error.ts';
import { type RestoreRequest, restoreTables } from '../../../../scripts/restore/restore.ts';
import { createFakeAccount, LATEST, SOURCE } from './fake-account.ts';

const WAITING = { max_wait_s: 5, min_delay_s: 0.001 };
const AT = new Date('2026-11-25T15:30:00Z');
const DIRECTORY = 'branchline-prod-directory-20261125T153000Z';
const TENANTS = 'branchline-prod-tenants-20261125T153000Z';
const arn = (name: string) => `arn:aws:dynamodb:eu-central-1:000000000000:table/${name}`;

let account: ReturnType<typeof createFakeAccount>;
let lines: string[];
beforeEach(() => {
  account = createFakeAccount();
  lines = [];
});

const restore = (request: Partial<RestoreRequest> = {}) =>
  restoreTables(
    { dynamo: account.dynamo, print: (line) => void lines.push(line), waiting: WAITING },
    { stage: 'prod', source: SOURCE, at: AT, dry_run: false, ...request },
  );

const EVERYTHING = [
  `restore 2026-11-25T15:30:00.000Z ${DIRECTORY}`,
  `restore 2026-11-25T15:30:00.000Z ${TENANTS}`,
  `tag ${arn(DIRECTORY)}`,
  `ttl ${DIRECTORY}`,
  `recovery ${DIRECTORY}`,
  `protection ${DIRECTORY}`,
  `tag ${arn(TENANTS)}`,
  `ttl ${TENANTS}`,
  `recovery ${TENANTS}`,
  `stream ${TENANTS}`,
  `protection ${TENANTS}`,
];

describe('a restore', () => {
  test('takes both tables to the same point, and turns on what a restore leaves off', async () => {
    const result = await restore();

    expect(account.changes).toEqual(EVERYTHING);
    expect(result).toEqual({
      restored: {
        directoryTable: DIRECTORY,
        tenantsTable: TENANTS,
        tenantsStreamLabel: '2026-11-25T16:01:02.003',
      },
      differences: [],
    });
    for (const name of [DIRECTORY, TENANTS]) {
      expect(account.tables.get(name)).toMatchObject({
        description: { DeletionProtectionEnabled: true },
        ttl: 'expires_at_s',
        tags: [
          { Key: 'application', Value: 'branchline' },
          { Key: 'stage', Value: 'prod' },
        ],
      });
    }
  });

  test('to the latest point takes the last whole second that both tables can go back to', async () => {
    const directory = account.tables.get(SOURCE.directory);
    if (directory?.window === undefined) throw new Error('the directory has a window');
    directory.window = { ...directory.window, latest: new Date(LATEST.getTime() - 60_000) };

    const result = await restore({ at: 'latest' });

    expect(result?.restored.tenantsTable).toBe('branchline-prod-tenants-20261125T155407Z');
    expect(account.changes.slice(0, 2).map((text) => text.split(' ')[1])).toEqual([
      '2026-11-25T15:54:07.000Z',
      '2026-11-25T15:54:07.000Z',
    ]);
    expect(lines[0]).toContain('--at 2026-11-25T15:54:07Z');
  });

  test('protects nothing in development', async () => {
    await restore({ stage: 'dev' });
    expect(account.changes.filter((text) => text.startsWith('protection'))).toEqual([]);
  });

  test('as a dry run changes nothing and says what it would do', async () => {
    expect(await restore({ dry_run: true })).toBeUndefined();
    expect(account.changes).toEqual([]);
    expect(lines.join('\n')).toContain(`${SOURCE.tenants} -> ${TENANTS}`);
    expect(lines.at(-1)).toBe('Nothing was changed: this was a dry run.');
  });

  test('that is done is done: again, it changes nothing', async () => {
    const first = await restore();
    account.changes.length = 0;

    expect(await restore()).toEqual(first);
    expect(account.changes).toEqual([]);
  });

  test.each(EVERYTHING.map((change, position) => [change, position] as const))(
    'goes on after a death before or after: %s',
    async (_change, position) => {
      account.death.before = position;
      await expect(restore()).rejects.toThrow('killed');
      account.death.before = Number.POSITIVE_INFINITY;
      account.death.after = position + 1;
      await expect(restore()).rejects.toThrow('killed');
      account.death.after = Number.POSITIVE_INFINITY;

      const result = await restore();

      expect(result?.differences).toEqual([]);
      // Everything once: nothing left out, nothing done twice.
      expect(account.changes.toSorted()).toEqual(EVERYTHING.toSorted());
    },
  );

  test('tells what isn’t as declared', async () => {
    const tenants = account.tables.get(SOURCE.tenants);
    tenants?.description.GlobalSecondaryIndexes?.pop();

    expect((await restore())?.differences).toEqual([
      `${TENANTS}: its indexes: by_project, by_status, by_tenant instead of by_project, by_status, by_tenant, due`,
    ]);
  });
});

describe('a restore is refused, before anything is changed,', () => {
  /** What the operator is told; only if nothing was changed. */
  const refusal = async (request: Partial<RestoreRequest>): Promise<string> => {
    const error: unknown = await restore(request).catch((thrown: unknown) => thrown);
    if (!(error instanceof OperatorError)) throw new Error('it was not refused', { cause: error });
    return account.changes.length === 0 ? error.message : `after ${account.changes.join(', ')}`;
  };
  const WINDOW = 'both tables can go back to 2026-10-21T12:00:00Z to 2026-11-25T15:55:07Z';

  test.each(['2026-10-21T11:59:59Z', '2026-11-25T15:55:08Z', '2027-01-01T00:00:00Z'])(
    'for a point that is gone or not there yet: %s',
    async (at) => {
      expect(await refusal({ at: new Date(at) })).toBe(`${at} can’t be restored: ${WINDOW}.`);
    },
  );

  test('where a table has no point-in-time recovery', async () => {
    const tenants = account.tables.get(SOURCE.tenants);
    if (tenants !== undefined) tenants.window = undefined;
    expect(await refusal({})).toContain('own-tenants has no point-in-time recovery');
  });

  test('where there is no such table', async () => {
    expect(await refusal({ source: { ...SOURCE, tenants: 'gone' } })).toContain('There is no table gone');
  });

  test.each([
    ['was made otherwise', undefined],
    [
      'was restored from another table',
      { SourceTableArn: arn('other'), RestoreDateTime: AT, RestoreInProgress: false },
    ],
    [
      'was restored to another point',
      { SourceTableArn: arn(SOURCE.tenants), RestoreDateTime: LATEST, RestoreInProgress: false },
    ],
  ])('where a table of the new name %s', async (_why, RestoreSummary) => {
    const tenants = account.tables.get(SOURCE.tenants);
    if (tenants === undefined) throw new Error('there is a tenants’ table');
    const description = { ...tenants.description, TableArn: arn(TENANTS) };
    account.tables.set(TENANTS, {
      ...tenants,
      description: RestoreSummary === undefined ? description : { ...description, RestoreSummary },
    });
    expect(await refusal({})).toContain(`The name ${TENANTS} is taken`);
  });
});

test('a table that takes too long is given up, with how to go on', async () => {
  const makeSlow = (): void => {
    for (const table of account.tables.values()) table.changing *= 1000;
  };
  const slow = restoreTables(
    { dynamo: account.dynamo, print: makeSlow, waiting: { max_wait_s: 0.05, min_delay_s: 0.01 } },
    { stage: 'prod', source: SOURCE, at: AT, dry_run: false },
  );
  await expect(slow).rejects.toThrow('Run the same command again: it goes on waiting.');
});
