import type { Principal, Role } from '../../src/domain/access/index.ts';
import type { BuildPlan, SourceSnapshot } from '../../src/domain/builds/index.ts';
import type { Deployment, Release, ServiceKey, SourceCommit } from '../../src/domain/deployments/index.ts';
import type { DeletedProject, Project } from '../../src/domain/projects/index.ts';
import type { DomainEvent } from '../../src/domain/shared/events.ts';
import { testId } from './test-ids.ts';

/** Two teams that must never see each other's things. */
export const TENANT = testId('ten', 1);
export const OTHER_TENANT = testId('ten', 2);
export const USER = testId('usr', 1);
export const OTHER_USER = testId('usr', 2);
/** Where somebody signs in. */
export const CLIENT = { ip: '192.0.2.1', user_agent: 'test' };
export const PROJECT = testId('prj', 1);
const CREATED_AT = '2026-11-15T12:00:00.000Z';

export function principal(role: Role, changes: Partial<Principal> = {}): Principal {
  return {
    user_id: USER,
    tenant_id: TENANT,
    credential: { kind: 'session', id: testId('ses', 1) },
    scopes: null,
    project_ids: null,
    environment: null,
    email: 'ada@example.com',
    roles: [role],
    ...changes,
  };
}

export function project(changes: Partial<Project> = {}): Project {
  return {
    id: PROJECT,
    tenant_id: TENANT,
    owner_id: USER,
    name: 'shop',
    description: '',
    repository_url: 'https://git.example.com/shop',
    variable_names: [],
    created_at: CREATED_AT,
    updated_at: CREATED_AT,
    version: 1,
    ...changes,
  };
}

/** A project that was deleted a day after {@link project} was made. */
export function deletedProject(project: Project): DeletedProject {
  return {
    ...project,
    version: project.version + 1,
    deleted_at: '2026-11-16T12:00:00.000Z',
    purge_at: '2026-11-18T12:00:00.000Z',
  };
}

export function deployment(changes: Partial<Deployment> = {}): Deployment {
  return {
    id: testId('dpl', 1),
    tenant_id: TENANT,
    project_id: PROJECT,
    service: 'web',
    environment: 'production',
    status: 'queued',
    requested: { branch: null, commit: null },
    branch: null,
    commit: null,
    commit_message: null,
    commit_author: null,
    release_id: null,
    rollback_of: null,
    isolation: null,
    url: null,
    failure: null,
    created_by: USER,
    project_owner_id: USER,
    created_at: CREATED_AT,
    started_at: null,
    finished_at: null,
    build_duration_ms: 0,
    is_switched: false,
    version: 1,
    ...changes,
  };
}

export const SERVICE: ServiceKey = {
  tenant_id: TENANT,
  project_id: PROJECT,
  name: 'web',
  environment: 'production',
};

export const COMMIT: SourceCommit = {
  sha: 'a'.repeat(40),
  branch: 'main',
  author: 'Ada Author',
  message: 'First commit\n\nWith a body.',
};

/** A source tree that the build plan recognises as a Node app; with a Procfile, one that has a pre-deploy command. */
export function nodeSource(options: { readonly pre_deploy?: boolean } = {}): SourceSnapshot {
  const procfile = 'web: node server.js\nrelease: node migrate.js\n';
  return {
    files: ['package.json', 'server.js', ...(options.pre_deploy === true ? ['Procfile'] : [])].sort(),
    executables: new Set(),
    documents: {
      'package.json': { kind: 'data', value: { name: 'shop', scripts: { start: 'node server.js' } } },
      ...(options.pre_deploy === true ? { Procfile: { kind: 'text', text: procfile } as const } : {}),
    },
    truncated: false,
  };
}

const PLAN: BuildPlan = {
  provider: 'node',
  reasons: [],
  warnings: [],
  toolchains: [],
  install: [],
  build: [],
  pre_deploy: [],
  start: { kind: 'shell', script: 'node server.js' },
  environment: {},
  path_prefix: [],
  health_check: { path: null, timeout_s: 300 },
  restart: { policy: 'on_failure', max_retries: 10 },
};

export function release(changes: Partial<Release> = {}): Release {
  return {
    id: testId('rel', 1),
    tenant_id: TENANT,
    project_id: PROJECT,
    plan: PLAN,
    variables: {},
    commit: COMMIT,
    image: null,
    created_at: CREATED_AT,
    ...changes,
  };
}

export function event(type: string, changes: Partial<DomainEvent> = {}): DomainEvent {
  return {
    id: testId('evt', 1),
    type,
    schema_version: 1,
    tenant_id: TENANT,
    entity: { id: PROJECT, version: 1 },
    occurred_at: CREATED_AT,
    data: {},
    ...changes,
  };
}
