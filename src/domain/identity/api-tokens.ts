import { isDefaultScope, type Principal, permissionOf, reach, SCOPES, type Scope } from '../access/index.ts';
import { lookUpProject, type ProjectStore } from '../projects/index.ts';
import { AppError } from '../shared/errors.ts';
import type { DomainEvent } from '../shared/events.ts';
import type { Page, PageRequest } from '../shared/page.ts';
import type { Clock, IdGenerator } from '../shared/ports.ts';
import {
  type ApiToken,
  DEFAULT_TOKEN_LIFETIME_MS,
  MAX_TOKEN_LIFETIME_MS,
  MAX_TOKENS,
} from './api-token-model.ts';
import type { ApiTokenCodec, ApiTokenStore } from './ports.ts';
import { tell } from './tell.ts';

export interface ApiTokenDependencies {
  readonly api_tokens: ApiTokenStore;
  readonly codec: ApiTokenCodec;
  readonly projects: Pick<ProjectStore, 'find'>;
  readonly clock: Clock;
  readonly ids: IdGenerator;
}

export interface NewApiToken {
  readonly name: string;
  readonly scopes?: readonly Scope[] | undefined;
  readonly project_id?: string | undefined;
  readonly environment?: string | undefined;
  readonly expires_at?: string | undefined;
}

/** Makes a token that does a part of what the principal may: where no scopes are named, all but deleting.
 *  @returns the token, and the text that is shown this once
 *  @throws AppError FORBIDDEN for a scope beyond the principal's role, PROJECT_NOT_FOUND, VALIDATION_FAILED,
 *  TOO_MANY_TOKENS */
export async function createApiToken(
  deps: ApiTokenDependencies,
  principal: Principal,
  input: NewApiToken,
): Promise<{ readonly token: ApiToken; readonly text: string }> {
  const { user_id, tenant_id } = principal;
  const project_id = input.project_id ?? null;
  if (project_id !== null) await lookUpProject(deps, principal, project_id);
  const scopes = chooseScopes({ ...principal, ...limitTo(principal, project_id) }, input.scopes);
  const expires_at = chooseExpiry(deps.clock.now(), input.expires_at);
  const { items } = await deps.api_tokens.list(tenant_id, user_id, { limit: MAX_TOKENS });
  if (items.length === MAX_TOKENS) throw new AppError('TOO_MANY_TOKENS');
  const id = deps.ids.next('key');
  const { text, secret_hash } = deps.codec.create([tenant_id, user_id, id]);
  const token: ApiToken = {
    id,
    tenant_id,
    user_id,
    name: input.name,
    scopes,
    project_id,
    environment: input.environment ?? null,
    secret_hash,
    created_at: deps.clock.now().toISOString(),
    expires_at,
    last_used_at: null,
  };
  await deps.api_tokens.create(token, tokenEvent(deps, token, 'created'));
  return { token, text };
}

/** The principal's own tokens in this team, newest first. */
export async function listApiTokens(
  deps: Pick<ApiTokenDependencies, 'api_tokens'>,
  { tenant_id, user_id }: Principal,
  page: PageRequest,
): Promise<Page<ApiToken>> {
  return deps.api_tokens.list(tenant_id, user_id, page);
}

/** Ends a token at once. @throws AppError TOKEN_NOT_FOUND, also for another's */
export async function revokeApiToken(
  deps: Pick<ApiTokenDependencies, 'api_tokens' | 'clock' | 'ids'>,
  { tenant_id, user_id }: Principal,
  id: string,
): Promise<void> {
  const access = await deps.api_tokens.load(tenant_id, user_id, id);
  if (access === undefined) throw new AppError('TOKEN_NOT_FOUND');
  await deps.api_tokens.remove(access.token, tokenEvent(deps, access.token, 'revoked'));
}

/** What a principal and a token of theirs see together. */
export function limitTo(
  { project_ids }: Pick<Principal, 'project_ids'>,
  project_id: string | null,
): Pick<Principal, 'project_ids'> {
  if (project_id === null) return { project_ids };
  return { project_ids: project_ids === null || project_ids.includes(project_id) ? [project_id] : [] };
}

function chooseScopes(
  principal: Pick<Principal, 'roles' | 'scopes' | 'project_ids'>,
  wanted: readonly Scope[] | undefined,
): Scope[] {
  const isPermitted = (scope: Scope) => reach(principal, permissionOf(scope)) !== 'none';
  if (wanted === undefined) return SCOPES.filter((scope) => isDefaultScope(scope) && isPermitted(scope));
  const beyond = wanted.filter((scope) => !isPermitted(scope));
  if (beyond.length > 0) {
    const detail = `A token can’t do more than you may on what it is for: leave out ${beyond.join(', ')}.`;
    throw new AppError('FORBIDDEN', { detail });
  }
  return [...new Set(wanted)].sort();
}

function chooseExpiry(now: Date, wanted: string | undefined): string {
  const now_ms = now.getTime();
  if (wanted === undefined) return new Date(now_ms + DEFAULT_TOKEN_LIFETIME_MS).toISOString();
  const expires_ms = Date.parse(wanted);
  if (expires_ms > now_ms && expires_ms <= now_ms + MAX_TOKEN_LIFETIME_MS) {
    return new Date(expires_ms).toISOString();
  }
  const problem = { pointer: '/expires_at', detail: 'must be in the future, and within 366 days' };
  throw new AppError('VALIDATION_FAILED', {
    detail: `${problem.pointer} ${problem.detail}`,
    problems: [problem],
  });
}

function tokenEvent(
  deps: Pick<ApiTokenDependencies, 'clock' | 'ids'>,
  { id, tenant_id, user_id, name }: ApiToken,
  what: 'created' | 'revoked',
): DomainEvent {
  const entity = { id, version: what === 'created' ? 1 : 2 };
  return tell(deps, `branchline.token.${what}`, tenant_id, entity, { token_id: id, user_id, name });
}
