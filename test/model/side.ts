import type { Role } from '../../src/domain/access/index.ts';
import type { TestAccount } from '../support/api.ts';

/** A session of the owner's beside the one that they work with. */
export interface FurtherSession {
  readonly tenant_id: string;
  readonly token: string;
  readonly refresh_token: string;
}

/** Somebody who is invited to the owner's team, joins, and may have to go. */
export interface Guest {
  readonly email: string;
  readonly name: string;
  /** Once they have an account. */
  user_id?: string;
  /** While they are a member. */
  membership?: {
    readonly token: string;
    readonly roles: readonly Role[];
    readonly project_ids: readonly string[] | null;
  };
}

/** What was sent to a guest. */
export interface Invited {
  readonly email: string;
  readonly token: string;
  readonly role: Role;
  readonly project_ids: readonly string[] | null;
}

/** What a tenant has, as the model knows it. */
export interface Side {
  /** A word that is in every text of this tenant's and in none of the other's. */
  readonly word: string;
  /** The owner, in the team that everything happens in. */
  readonly account: TestAccount;
  password: string;
  /** The owner's. */
  name: string;
  /** Every id and secret that an answer gave to this tenant. */
  readonly own: Set<string>;
  /** The owner's teams' names by id, the one that everything happens in first. */
  readonly teams: Map<string, string>;
  /** Every team of the owner's and the guests'. */
  readonly tenant_ids: Set<string>;
  readonly session_id: string;
  readonly sessions: Map<string, FurtherSession>;
  readonly guests: readonly Guest[];
  readonly invitations: Map<string, Invited>;
  /** Live projects' names by id. */
  readonly projects: Map<string, string>;
  readonly deleted: Map<string, string>;
  readonly deployments: Set<string>;
  /** API tokens' texts by id. */
  readonly tokens: Map<string, string>;
  /** Bearer tokens that were good once. */
  readonly ended: string[];
  readonly cursors: { readonly target: string; readonly cursor: string }[];
  readonly etags: Set<string>;
  readonly idempotency_keys: string[];
}

const GUESTS = 3;

/** What an account has that has just signed up. */
export function createSide(word: string, account: TestAccount, password: string): Side {
  const { user_id, tenant_id, token, refresh_token } = account;
  const { session_id } = readClaims(token);
  return {
    word,
    account,
    password,
    name: word,
    own: new Set([user_id, tenant_id, session_id, token, refresh_token]),
    teams: new Map([[tenant_id, `${word}'s team`]]),
    tenant_ids: new Set([tenant_id]),
    session_id,
    sessions: new Map(),
    guests: Array.from({ length: GUESTS }, (_, number) => ({
      email: `${word}-guest-${number}@example.com`,
      name: `${word} guest ${number}`,
    })),
    invitations: new Map(),
    projects: new Map(),
    deleted: new Map(),
    deployments: new Set(),
    tokens: new Map(),
    ended: [],
    cursors: [],
    etags: new Set(),
    idempotency_keys: [],
  };
}

/** The session and the team that an access token is of. */
export function readClaims(token: string): { readonly session_id: string; readonly tenant_id: string } {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  const { sid, tenant_id } = JSON.parse(payload) as { readonly sid: string; readonly tenant_id: string };
  return { session_id: sid, tenant_id };
}

/** Bearer tokens that may do nothing any more, of which the latest are kept. */
export function noteEnded(side: Side, ...tokens: readonly string[]): void {
  side.ended.push(...tokens);
  side.ended.splice(0, side.ended.length - 20);
}

/** Ids newest first, as lists have them. */
export function newestFirst(ids: Iterable<string>): string[] {
  return [...ids].sort((one, other) => other.slice(-12).localeCompare(one.slice(-12)));
}
