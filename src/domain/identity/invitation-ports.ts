import type { DomainEvent } from '../shared/events.ts';
import type { Mailer } from '../shared/mail.ts';
import type { Page, PageRequest } from '../shared/page.ts';
import type { Invitation } from './invitation-model.ts';
import type { Member, Session, User } from './model.ts';
import type { SecretTokens } from './ports.ts';
import type { OwnerChange, TeamDependencies } from './team-ports.ts';

/** A member whom an invitation makes. */
export interface Joining {
  readonly invitation: Invitation;
  readonly member: Member;
  /** Undefined where the team's owners stay. */
  readonly owners: OwnerChange | undefined;
  readonly events: readonly DomainEvent[];
}

/** Open invitations of teams. */
export interface InvitationStore {
  /** Takes the place of an older invitation of the same address.
   *  @throws AppError WRITE_CONFLICT when somebody else invited it at the same moment */
  put(invitation: Invitation, event: DomainEvent): Promise<void>;
  find(tenant_id: string, id: string): Promise<Invitation | undefined>;
  /** Newest first; some may have expired. */
  list(tenant_id: string, page: PageRequest): Promise<Page<Invitation>>;
  /** Ends an invitation; nothing happens when it has ended already. */
  withdraw(invitation: Invitation, event: DomainEvent): Promise<void>;
  /** Ends all invitations of a team that is about to go, and tells of none. */
  withdrawAll(tenant_id: string): Promise<void>;
  /** Makes the member and ends the invitation, both or neither.
   *  @throws AppError INVALID_INVITATION when it has ended, ALREADY_MEMBER, WRITE_CONFLICT when the owners changed */
  accept(joining: Joining): Promise<void>;
  /** The same for somebody who had no account: makes that too.
   *  @throws AppError EMAIL_TAKEN, INVALID_INVITATION, WRITE_CONFLICT */
  acceptAsNew(joining: Joining, account: { readonly user: User; readonly session: Session }): Promise<void>;
}

/** Texts of invitations' tokens: they name the team and the invitation. */
export type InvitationCodec = SecretTokens<readonly ['ten', 'inv']>;

export interface InvitationDependencies extends TeamDependencies {
  readonly invitations: InvitationStore;
  readonly codec: InvitationCodec;
  readonly mailer: Mailer;
}
