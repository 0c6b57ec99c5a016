import type * as z from 'zod';
import { type Deployment, deploymentSchema } from '../../domain/deployments/index.ts';

/** A deployment as the API shows it. */
export const deploymentView = deploymentSchema.omit({ version: true, is_switched: true, requested: true });

/** @param deployment - as it is stored */
export function toDeploymentView(deployment: Deployment): z.infer<typeof deploymentView> {
  const { version: _version, is_switched: _switched, requested: _requested, ...view } = deployment;
  return view;
}
