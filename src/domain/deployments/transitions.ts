import type { DeploymentStatus } from './model.ts';

/** From which statuses each may be entered; the store turns this into the write's condition. */
const ENTERED_FROM: Readonly<Record<DeploymentStatus, readonly DeploymentStatus[]>> = {
  queued: [],
  // Entering a status again is allowed: a rerun after a death repeats its tasks.
  building: ['queued', 'building', 'deploying'],
  deploying: ['queued', 'building', 'deploying'],
  success: ['deploying', 'success'],
  failed: ['queued', 'building', 'deploying', 'failed'],
  cancelled: ['queued', 'building', 'deploying'],
  crashed: ['success'],
  removed: ['success', 'crashed', 'sleeping'],
  skipped: ['queued'],
  sleeping: ['success'],
};

const UNDER_WAY: readonly DeploymentStatus[] = ['queued', 'building', 'deploying'];

/** True when a deployment in status `from` may enter `to`. */
export function mayEnter(from: DeploymentStatus, to: DeploymentStatus): boolean {
  return ENTERED_FROM[to].includes(from);
}

/** True while the pipeline has still to decide the deployment's fate. */
export function isUnderWay(status: DeploymentStatus): boolean {
  return UNDER_WAY.includes(status);
}

/** True when a deployment in this status never changes again. A success may: its app can crash. */
export function isFinal(status: DeploymentStatus): boolean {
  return Object.entries(ENTERED_FROM).every(([to, from]) => to === status || !from.includes(status));
}
