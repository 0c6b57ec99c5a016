import { beforeEach, describe, expect, test } from 'vitest';
import { createProjectStore } from '../../../../src/adapters/stores/project-store.ts';
import {
  createProject,
  deleteProject,
  getProject,
  listProjects,
  type Project,
  type ProjectDependencies,
  updateProject,
} from '../../../../src/domain/projects/index.ts';
import { expectCode } from '../../../support/errors.ts';
import { testSealer } from '../../../support/sealers.ts';
import { createMemoryTable, type MemoryTable } from '../../../support/tables.ts';
import { createTestClock, type TestClock } from '../../../support/test-clock.ts';
import { createTestIds, testId } from '../../../support/test-ids.ts';
import { OTHER_TENANT, OTHER_USER, principal } from '../../../support/things.ts';

const INPUT = { name: 'shop', repository_url: 'https://git.example.com/shop' };
const owner = principal('owner');
const developer = principal('developer', { user_id: OTHER_USER });

let memory: MemoryTable;
let clock: TestClock;
let deps: ProjectDependencies;
beforeEach(() => {
  memory = createMemoryTable();
  clock = createTestClock();
  deps = {
    projects: createProjectStore(memory.table, testSealer),
    clock,
    ids: createTestIds(),
    allow_local_repositories: true,
  };
});

test('a new project belongs to who made it, names its variables and hides their values', async () => {
  const made = await createProject(deps, developer, { ...INPUT, environment: { B: 'secret', A: 'secret' } });

  expect(made).toMatchObject({
    owner_id: OTHER_USER,
    tenant_id: owner.tenant_id,
    description: '',
    variable_names: ['A', 'B'],
    created_at: made.updated_at,
  });
  expect(JSON.stringify(made)).not.toContain('secret');
  expect(JSON.stringify(memory.events)).not.toContain('secret');
  expect(await getProject(deps, owner, made.id)).toEqual(made);
});

test('another tenant’s project is not found, by whatever use case', async () => {
  const made = await createProject(deps, owner, INPUT);
  const stranger = principal('owner', { tenant_id: OTHER_TENANT });

  await expectCode(getProject(deps, stranger, made.id), 'PROJECT_NOT_FOUND');
  await expectCode(updateProject(deps, stranger, made.id, { name: 'mine' }), 'PROJECT_NOT_FOUND');
  await expectCode(deleteProject(deps, stranger, made.id), 'PROJECT_NOT_FOUND');
  expect((await listProjects(deps, stranger, { limit: 10 })).items).toEqual([]);
  expect(await getProject(deps, owner, made.id)).toEqual(made);
});

describe('a developer', () => {
  test('reads all of the team’s projects but changes only own ones', async () => {
    const foreign = await createProject(deps, owner, INPUT);
    const own = await createProject(deps, developer, { ...INPUT, name: 'own-shop' });

    expect(await getProject(deps, developer, foreign.id)).toEqual(foreign);
    await expectCode(updateProject(deps, developer, foreign.id, { name: 'taken' }), 'FORBIDDEN');
    await expectCode(deleteProject(deps, developer, foreign.id), 'FORBIDDEN');
    expect(await updateProject(deps, developer, own.id, { name: 'renamed' })).toMatchObject({
      name: 'renamed',
    });
    await deleteProject(deps, developer, own.id);
    await expectCode(getProject(deps, developer, own.id), 'PROJECT_NOT_FOUND');
  });
});

describe('who is limited to some projects', () => {
  test('finds and lists these alone, in pages that join up, newest first', async () => {
    const made: Project[] = [];
    for (const name of ['shop-1', 'shop-2', 'shop-3', 'shop-4']) {
      made.push(await createProject(deps, owner, { ...INPUT, name }));
    }
    const ids = [0, 2, 3].map((position) => made[position]?.id ?? '');
    const limited = principal('owner', { project_ids: [...ids, testId('prj', 99), ...ids] });

    const first = await listProjects(deps, limited, { limit: 2 });
    const second = await listProjects(deps, limited, { limit: 2, after: String(first.next) });
    expect([first, second].map(({ items }) => items.map(({ name }) => name))).toEqual([
      ['shop-4', 'shop-3'],
      ['shop-1'],
    ]);
    expect(second.next).toBeUndefined();

    const hidden = made[1]?.id ?? '';
    await expectCode(getProject(deps, limited, hidden), 'PROJECT_NOT_FOUND');
    await expectCode(updateProject(deps, limited, hidden, {}), 'PROJECT_NOT_FOUND');
    await expectCode(deleteProject(deps, limited, hidden), 'PROJECT_NOT_FOUND');
    await expectCode(createProject(deps, limited, { ...INPUT, name: 'new' }), 'FORBIDDEN');
  });

  test('of which there is none lists nothing', async () => {
    await createProject(deps, owner, INPUT);
    const limited = principal('viewer', { project_ids: [] });

    expect(await listProjects(deps, limited, { limit: 2 })).toEqual({ items: [], next: undefined });
  });
});

test('a viewer reads and changes nothing', async () => {
  const made = await createProject(deps, owner, INPUT);
  const viewer = principal('viewer');

  expect(await getProject(deps, viewer, made.id)).toEqual(made);
  await expectCode(createProject(deps, viewer, { ...INPUT, name: 'new' }), 'FORBIDDEN');
  await expectCode(updateProject(deps, viewer, made.id, {}), 'FORBIDDEN');
  await expectCode(deleteProject(deps, viewer, made.id), 'FORBIDDEN');
});

describe('a change', () => {
  test('touches only the given fields, and counts the version up', async () => {
    const made = await createProject(deps, owner, { ...INPUT, description: 'old', environment: { A: '1' } });
    clock.advance(1000);

    const changed = await updateProject(deps, owner, made.id, { description: 'new' });

    expect(changed).toEqual({
      ...made,
      description: 'new',
      updated_at: clock.now().toISOString(),
      version: 2,
    });
    expect(await deps.projects.readVariables(made.tenant_id, made.id)).toEqual({ A: '1' });
  });

  test('of the variables replaces all of them', async () => {
    const made = await createProject(deps, owner, { ...INPUT, environment: { A: '1', B: '2' } });
    const changed = await updateProject(deps, owner, made.id, { environment: { C: '3' } });

    expect(changed.variable_names).toEqual(['C']);
    expect(await deps.projects.readVariables(made.tenant_id, made.id)).toEqual({ C: '3' });
  });

  test('that expects another version is refused', async () => {
    const made = await createProject(deps, owner, INPUT);

    await expectCode(
      updateProject(deps, owner, made.id, { name: 'new' }, () => false),
      'STALE_VERSION',
    );
    await expectCode(
      deleteProject(deps, owner, made.id, () => false),
      'STALE_VERSION',
    );
    expect(await getProject(deps, owner, made.id)).toEqual(made);
  });
});

describe('an installation that reads no repositories of its own disk', () => {
  test.each(['/srv/app', 'file:///srv/app'])('refuses %s, and takes https', async (repository_url) => {
    const strict = { ...deps, allow_local_repositories: false };
    const made = await createProject(strict, owner, INPUT);

    await expectCode(createProject(strict, owner, { name: 'local', repository_url }), 'VALIDATION_FAILED');
    await expectCode(updateProject(strict, owner, made.id, { repository_url }), 'VALIDATION_FAILED');
    expect(await getProject(deps, owner, made.id)).toEqual(made);
  });
});

test('every change tells of itself with the version it led to', async () => {
  const made = await createProject(deps, owner, INPUT);
  await updateProject(deps, owner, made.id, { name: 'store' });
  await deleteProject(deps, owner, made.id);

  expect(memory.events.map(({ type, entity, data }) => [type, entity.version, data['name']])).toEqual([
    ['branchline.project.created', 1, 'shop'],
    ['branchline.project.updated', 2, 'store'],
    ['branchline.project.deleted', 3, 'store'],
  ]);
});

test('an unknown project is not found', async () => {
  await expectCode(getProject(deps, owner, testId('prj', 99)), 'PROJECT_NOT_FOUND');
});
