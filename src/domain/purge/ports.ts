import type { DeploymentKey, ProjectKey } from '../deployments/index.ts';
import type { Page } from '../shared/page.ts';

/** Something deleted that is to be removed for good. */
export interface DuePurge {
  /** What it is: names who purges it. */
  readonly kind: string;
  readonly tenant_id: string;
  readonly id: string;
  /** ISO 8601 */
  readonly purge_at: string;
}

/** What is left of a deleted project in the tables. Every removal may be repeated. */
export interface ProjectRemains {
  /** Takes the project: from here on nobody restores it. @returns false when somebody has, or when nothing is left */
  claim(due: DuePurge): Promise<boolean>;
  /** Ids of some of its deployments. @param after - the last id of the page before */
  listDeployments(project: ProjectKey, after?: string): Promise<Page<string>>;
  /** Ids of some of its releases. @param after - the last id of the page before */
  listReleases(project: ProjectKey, after?: string): Promise<Page<string>>;
  /** Removes some of what a deployment consists of, what it is found by last. @returns whether nothing is left */
  removeDeployment(deployment: DeploymentKey): Promise<boolean>;
  /** Removes some of what lies in it. @returns whether nothing is left */
  removeContents(project: ProjectKey): Promise<boolean>;
  /** Removes what it is found by. */
  finish(due: DuePurge): Promise<void>;
}

/** What a project has outside of the tables. Every removal may be repeated, and does nothing where there is nothing. */
export interface ProjectOutput {
  /** Its source and its log. */
  removeDeployment(deployment: DeploymentKey): Promise<void>;
  /** Its image. */
  removeRelease(release_id: string): Promise<void>;
  /** What its builds keep for each other. */
  removeCaches(project: ProjectKey): Promise<void>;
}
