import { describe, expect, test } from 'vitest';
import { apiTokenCodec } from '../../../src/adapters/identity/api-token-codec.ts';
import { EVENTS, type EventType } from '../../../src/contracts/events/catalog.ts';
import { consumersOf, EVENT_RULES } from '../../../src/contracts/events/rules.ts';
import { cancelDeployment, DeploymentFailedError, rollBack } from '../../../src/domain/deployments/index.ts';
import {
  acceptInvitation,
  createApiToken,
  createTeam,
  invite,
  login,
  purgeAccount,
  removeMember,
  renameTeam,
  requestDeletion,
  revokeApiToken,
  updateMember,
  updateProfile,
  withdrawInvitation,
} from '../../../src/domain/identity/index.ts';
import { deleteProject, restoreProject, updateProject } from '../../../src/domain/projects/index.ts';
import { type DomainEvent, eventEnvelopeSchema } from '../../../src/domain/shared/events.ts';
import { DAY_MS } from '../../../src/domain/shared/time.ts';
import { createTestPipeline, OWNER } from '../../support/pipeline.ts';
import { runTasks } from '../../support/run-tasks.ts';
import { createTestTeams, PASSWORD } from '../../support/teams.ts';
import { CLIENT } from '../../support/things.ts';

const TYPES = Object.keys(EVENTS) as EventType[];

const NO_PROJECTS = { find: async () => undefined };

async function emittedByAccounts(): Promise<readonly DomainEvent[]> {
  const { accounts, api_tokens, deps, clock, memory, signUp, principalIn } = await createTestTeams();
  const [ada, bob] = [await signUp('ada'), await signUp('bob')];
  await updateProfile(deps, ada, { name: 'Ada Lovelace' });
  await createTeam(deps, ada, { name: 'Side' });
  await renameTeam(deps, ada, { name: 'Engines' });
  const unwanted = await invite(deps, ada, { email: 'eve@example.com', role: 'viewer' });
  await withdrawInvitation(deps, ada, unwanted.invitation.id);
  for (const _again of [1, 2]) {
    const { token } = await invite(deps, ada, { email: bob.email, role: 'viewer' });
    await acceptInvitation(deps, bob, token);
    await updateMember(deps, ada, bob.user_id, { roles: ['admin'] });
    const joined = await principalIn(ada.tenant_id, bob);
    await removeMember(deps, joined ?? ada, bob.user_id);
    clock.advance(1000);
  }
  const { token } = await createApiToken(
    { ...deps, api_tokens, codec: apiTokenCodec, projects: NO_PROJECTS },
    ada,
    {
      name: 'ci',
    },
  );
  await revokeApiToken({ ...deps, api_tokens }, ada, token.id);
  await requestDeletion(accounts, bob, PASSWORD);
  await login(accounts, { email: bob.email, password: PASSWORD }, CLIENT);
  const now = await principalIn(bob.tenant_id, bob);
  await requestDeletion(accounts, now ?? bob, PASSWORD);
  clock.advance(15 * DAY_MS);
  await purgeAccount({ ...deps, deleteProjects: async () => undefined }, bob);
  return memory.events;
}

/** Everything that the use cases tell of in the life of an account, a project and its deployments. */
async function emitted(): Promise<readonly DomainEvent[]> {
  const accounts = await emittedByAccounts();

  const pipeline = createTestPipeline();
  const deps = { ...pipeline.deps, logs: { read: async () => ({ lines: [], next: 0 }) } };
  const projects = { ...deps, allow_local_repositories: true };
  const project = await pipeline.createProject();
  await updateProject(projects, OWNER, project.id, { description: 'new' });
  const first = await pipeline.queue(project);
  await runTasks(pipeline, first);
  const rollback = await rollBack(deps, OWNER, first.deployment_id);
  await runTasks(pipeline, { tenant_id: rollback.tenant_id, deployment_id: rollback.id });
  const cancelled = await pipeline.queue(project);
  await cancelDeployment(deps, OWNER, cancelled.deployment_id);
  pipeline.script.source = new DeploymentFailedError('ref_not_found');
  await runTasks(pipeline, await pipeline.queue(project));
  await deleteProject(projects, OWNER, project.id);
  await restoreProject(projects, OWNER, project.id);
  return [...accounts, ...pipeline.memory.events];
}

describe('the catalogue', () => {
  test.each(TYPES)('names %s as a thing and what happened to it', (type) => {
    expect(type).toMatch(/^branchline\.[a-z]+\.[a-z_]+$/);
  });

  test('has a schema for every event that a use case tells of, and each fits its own', async () => {
    for (const event of await emitted()) {
      const { type, data } = eventEnvelopeSchema.parse(event);
      expect(TYPES, type).toContain(type);
      expect(EVENTS[type as EventType].safeParse(data).error?.message, type).toBeUndefined();
    }
  });

  test('has no event that nothing tells of', async () => {
    const told = new Set((await emitted()).map(({ type }) => type));

    expect(TYPES.filter((type) => !told.has(type))).toEqual([]);
  });

  test('counts a thing’s versions up, so that consumers can drop older ones', async () => {
    const versions = new Map<string, number>();
    for (const { entity, type } of await emitted()) {
      const before = versions.get(entity.id) ?? 0;
      // Success and rollback are told of in one write.
      if (type.endsWith('rolled_back')) expect(entity.version).toBe(before);
      else expect(entity.version).toBeGreaterThan(before);
      versions.set(entity.id, entity.version);
    }
  });
});

describe('the rules', () => {
  test('send each consumer only events that exist, none of them twice', () => {
    for (const [consumer, types] of Object.entries(EVENT_RULES)) {
      expect(
        types.filter((type) => !TYPES.includes(type)),
        consumer,
      ).toEqual([]);
      expect(new Set(types).size).toBe(types.length);
    }
  });

  test('name the consumers of a type; none for one that nobody wants', () => {
    expect(consumersOf('branchline.deployment.cancelled')).toEqual(['stop-deployment', 'metrics', 'billing']);
    expect(consumersOf('branchline.deployment.building')).toEqual([]);
    expect(consumersOf('toString')).toEqual([]);
  });
});
