import { afterEach, expect, test, vi } from 'vitest';
import { shareProjectReader, shareProjects } from '../../../../functions/runtime/aws/cache.ts';
import { createProjectStore } from '../../../../src/adapters/stores/project-store.ts';
import { createAwsEndpoint } from '../../../support/aws-endpoint.ts';
import { createRecordedLogger } from '../../../support/recorded-logger.ts';
import { testSealer } from '../../../support/sealers.ts';
import { createMemoryTable } from '../../../support/tables.ts';
import { event, PROJECT, project, TENANT } from '../../../support/things.ts';

const logger = createRecordedLogger();
const { table } = createMemoryTable();
const store = createProjectStore(table, testSealer);

afterEach(() => {
  vi.unstubAllEnvs();
});

test('where the stage has no cache, stores are as they were', () => {
  vi.stubEnv('CACHE_URL_PARAMETER', '');
  expect(shareProjects(store, table, logger)).toBe(store);
  expect(shareProjectReader(store, table, logger)).toBe(store);
});

test('where the operator has put no address, projects are found all the same, and the log says why', async () => {
  const endpoint = await createAwsEndpoint(() => ({ status: 400, body: '{"__type":"ParameterNotFound"}' }));
  for (const [name, value] of Object.entries(endpoint.environment)) vi.stubEnv(name, value);
  vi.stubEnv('CACHE_URL_PARAMETER', '/branchline/dev/cache-url');
  vi.stubEnv('BRANCHLINE_STAGE', 'dev');
  const shared = shareProjects(store, table, logger);
  expect(endpoint.received).toEqual([]);

  await shared.create(project(), {}, event('branchline.project.created'));
  expect(await shared.find(TENANT, PROJECT)).toEqual(project());
  expect(logger.lines.map(({ message }) => message)).toEqual(['the shared cache was unavailable']);
  await vi.waitFor(() => expect(endpoint.received.length).toBeGreaterThan(0));
  expect(endpoint.received[0]?.body.toString()).toContain('/branchline/dev/cache-url');
  await endpoint.close();
});
