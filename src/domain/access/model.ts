import * as z from 'zod';

/** Roles of a team's members, strongest first. */
export const roleSchema = z.enum(['owner', 'admin', 'developer', 'viewer']);
export type Role = z.infer<typeof roleSchema>;

export const actionSchema = z.enum(['create', 'read', 'update', 'delete']);
export type Action = z.infer<typeof actionSchema>;

/** What lies within a project, so that a member may be limited to it. */
export const PROJECT_RESOURCES = [
  'projects',
  'environments',
  'services',
  'variables',
  'domains',
  'deployments',
] as const;

/** What is the whole team's. */
export const TEAM_RESOURCES = ['databases', 'team', 'usage', 'billing', 'audit', 'webhooks'] as const;

/** What is each person's own, whatever their role; nobody reaches another's, and no API token does. */
export const PERSONAL_RESOURCES = ['users', 'sessions', 'tokens'] as const;

const SCOPED_RESOURCES = [...PROJECT_RESOURCES, ...TEAM_RESOURCES] as const;

/** What a route touches. */
export type Resource = (typeof SCOPED_RESOURCES)[number] | (typeof PERSONAL_RESOURCES)[number];

/** Every scope that an API token may have. */
export const SCOPES = SCOPED_RESOURCES.flatMap((resource) =>
  actionSchema.options.map((action) => `${resource}:${action}` as const),
);

/** What an API token may do, `projects:read` for example; never more than its owner may. */
export const scopeSchema = z.enum(SCOPES);
export type Scope = z.infer<typeof scopeSchema>;

/** What a route needs; the route catalogue names one per route. */
export interface Permission {
  readonly resource: Resource;
  readonly action: Action;
}

/** Who is asking, as the credential and the member's item say together. */
export interface Principal {
  readonly user_id: string;
  readonly tenant_id: string;
  readonly email: string;
  readonly roles: readonly Role[];
  /** The session's, or the API token's that was sent. */
  readonly credential:
    | { readonly kind: 'session'; readonly id: string }
    | { readonly kind: 'token'; readonly id: string };
  /** What the API token may do; null for a session, which may do all that its member may. */
  readonly scopes: readonly Scope[] | null;
  /** The projects that the member or the token is limited to; null for all of the team's. */
  readonly project_ids: readonly string[] | null;
  /** The environment that the token is limited to; null for all. */
  readonly environment: string | null;
}

/** A thing, as far as access to it goes. */
export interface Target {
  /** Users that count as the thing's owners. */
  readonly owner_ids: readonly string[];
  /** The project that it is, or lies in. */
  readonly project_id?: string;
  readonly environment?: string;
}
