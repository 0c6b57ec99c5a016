import * as z from 'zod';

/** Roles of a team's members, strongest first. */
export const roleSchema = z.enum(['owner', 'admin', 'developer', 'viewer']);
export type Role = z.infer<typeof roleSchema>;

/** What a route touches. */
export type Resource = 'projects' | 'deployments' | 'databases' | 'team' | 'usage' | 'sessions';
export type Action = 'create' | 'read' | 'update' | 'delete';

/** What a route needs; the route catalogue names one per route. */
export interface Permission {
  readonly resource: Resource;
  readonly action: Action;
}

/** Who is asking, as the access token and the member's item say together. */
export interface Principal {
  readonly user_id: string;
  readonly tenant_id: string;
  readonly session_id: string;
  readonly email: string;
  readonly roles: readonly Role[];
}
