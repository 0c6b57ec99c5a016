import { type BuildPlan, planBuild, type SourceSnapshot } from '../../builds/index.ts';
import type { Project } from '../../projects/index.ts';
import { DeploymentFailedError } from '../failure.ts';
import { hostCandidates } from '../host.ts';
import { changeDeployment, enterStatus } from '../lifecycle.ts';
import type { Deployment, Service } from '../model.ts';
import type { DeploymentKey, Release } from '../ports.ts';
import { isUnderWay } from '../transitions.ts';
import { beginBuild } from './build.ts';
import type { PipelineDependencies, TaskContext } from './dependencies.ts';
import { DeploymentEndedError } from './errors.ts';
import { loadReleaseVariables } from './release.ts';
import { serviceKey } from './service-key.ts';
import { runStep, say } from './step.ts';

/** What the state machine decides by. */
export interface Prepared {
  readonly needs_build: boolean;
  readonly needs_pre_deploy: boolean;
  /** What the build is started with; see {@link BuildHandOver}. */
  readonly build_ticket: string;
}

const NOTHING_NEEDED: Prepared = { needs_build: false, needs_pre_deploy: false, build_ticket: '' };

/** Resolves the commit, stores the source, plans the build and freezes all of it into a release; a rollback finds its
 *  release made. Run again, it comes to the same release.
 *  @throws DeploymentFailedError */
export async function prepare(
  deps: PipelineDependencies,
  key: DeploymentKey,
  context: TaskContext,
): Promise<Prepared> {
  const prepared = await runStep(deps, key, 'prepare', (deployment) =>
    prepareDeployment(deps, key, deployment, context),
  );
  if (prepared.needs_build) await beginBuild(deps, key);
  return prepared;
}

async function prepareDeployment(
  deps: PipelineDependencies,
  key: DeploymentKey,
  deployment: Deployment,
  context: TaskContext,
): Promise<Prepared> {
  const project = await deps.projects.find(key.tenant_id, deployment.project_id);
  if (project === undefined) throw new DeploymentFailedError('internal', 'The project was deleted.');
  await ensureService(deps, deployment, project);
  // A rerun after a death behind the switch: all of it was done, and only the traffic is to be made sure of.
  if (deployment.is_switched) return NOTHING_NEEDED;
  if (deployment.rollback_of !== null) return prepareRollback(deps, key, deployment);
  await enterStatus(deps, key, 'building');
  const { release, snapshot } = await prepareRelease(deps, key, deployment, project, context);
  const prepared = await changeDeployment(deps, key, {
    release_id: release.id,
    branch: release.commit.branch ?? deployment.branch,
    commit: release.commit.sha,
    commit_message: release.commit.message,
    commit_author: release.commit.author,
  });
  if (!isUnderWay(prepared.status)) throw new DeploymentEndedError(prepared.status);
  const needs_build = release.image === null;
  return {
    needs_build,
    needs_pre_deploy: release.plan.pre_deploy.length > 0,
    build_ticket: needs_build ? await handOver(deps, prepared, release, snapshot) : '',
  };
}

async function ensureService(
  deps: PipelineDependencies,
  deployment: Deployment,
  project: Project,
): Promise<Service> {
  const hosts = hostCandidates({
    project_name: project.name,
    project_id: project.id,
    service: deployment.service,
    environment: deployment.environment,
  });
  return deps.services.ensure(serviceKey(deployment), hosts);
}

// A rollback returns to what ran before: its pre-deploy command (a migration, say) already ran for it and is not repeated.
async function prepareRollback(
  deps: PipelineDependencies,
  key: DeploymentKey,
  deployment: Deployment,
): Promise<Prepared> {
  const release = await deps.releases.find(key.tenant_id, deployment.project_id, deployment.release_id ?? '');
  if (release === undefined || release.image === null) {
    throw new DeploymentFailedError('internal', 'The release to return to is gone.');
  }
  say(
    deps,
    key,
    'prepare',
    `Rolling back to ${deployment.rollback_of}, commit ${release.commit.sha.slice(0, 12)}`,
  );
  return NOTHING_NEEDED;
}

async function prepareRelease(
  deps: PipelineDependencies,
  key: DeploymentKey,
  deployment: Deployment,
  project: Project,
  context: TaskContext,
): Promise<{ readonly release: Release; readonly snapshot: SourceSnapshot }> {
  say(deps, key, 'prepare', `Fetching ${project.repository_url}`);
  const { commit, snapshot } = await deps.source.fetch(key, {
    repository_url: project.repository_url,
    branch: deployment.requested.branch,
    commit: deployment.requested.commit,
    signal: context.signal,
  });
  const subject = commit.message.split('\n', 1)[0] ?? '';
  say(deps, key, 'prepare', `Commit ${commit.sha.slice(0, 12)} by ${commit.author}: ${subject}`);
  const release = await deps.releases.create({
    id: key.deployment_id.replace('dpl_', 'rel_'),
    tenant_id: key.tenant_id,
    project_id: project.id,
    plan: plan(deps, key, snapshot),
    variables: await deps.projects.readVariables(key.tenant_id, project.id),
    commit,
    image: null,
    created_at: deps.clock.now().toISOString(),
  });
  return { release, snapshot };
}

async function handOver(
  deps: PipelineDependencies,
  deployment: Deployment,
  release: Release,
  snapshot: SourceSnapshot,
): Promise<string> {
  const variables = await loadReleaseVariables(deps, deployment);
  const key = { tenant_id: deployment.tenant_id, deployment_id: deployment.id };
  return deps.builds.handOver(key, { plan: release.plan, snapshot, variables });
}

function plan(deps: PipelineDependencies, key: DeploymentKey, snapshot: SourceSnapshot): BuildPlan {
  const { builds_dockerfiles } = deps.builds;
  const result = planBuild(snapshot, { builds_dockerfiles });
  if (!result.ok) throw new DeploymentFailedError(result.reason, result.message);
  say(deps, key, 'prepare', `Detected ${result.plan.provider}`);
  for (const reason of result.plan.reasons) say(deps, key, 'prepare', reason);
  for (const warning of result.plan.warnings) say(deps, key, 'prepare', warning, 'warn');
  return result.plan;
}
