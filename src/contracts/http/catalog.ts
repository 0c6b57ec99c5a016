import type { FunctionName, Route } from './route.ts';
import { authRoutes } from './routes/auth.ts';
import { deploymentRoutes } from './routes/deployments.ts';
import { metaRoutes } from './routes/meta.ts';
import { projectRoutes } from './routes/projects.ts';
import { teamRoutes } from './routes/team.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { usageRoutes } from './routes/usage.ts';
import { userRoutes } from './routes/users.ts';

/** Every route there is, by operation id. Adding one is a line in its resource's file. */
export const ROUTES = {
  ...authRoutes,
  ...userRoutes,
  ...teamRoutes,
  ...projectRoutes,
  ...deploymentRoutes,
  ...tokenRoutes,
  ...usageRoutes,
  ...metaRoutes,
} as const satisfies Record<string, Route>;

/** The routes that one function serves, by operation id. */
export type RoutesOf<F extends FunctionName> = {
  [K in keyof typeof ROUTES as (typeof ROUTES)[K]['function'] extends F ? K : never]: (typeof ROUTES)[K];
};
