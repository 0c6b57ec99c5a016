import type { DomainEvent } from '../shared/events.ts';
import type { Page, PageRequest } from '../shared/page.ts';
import type { Clock, IdGenerator } from '../shared/ports.ts';
import type { Member, Membership, Tenant, User } from './model.ts';

/** A team with its first member. */
export interface NewTeam {
  readonly tenant: Tenant;
  readonly member: Member;
  readonly events: readonly DomainEvent[];
}

/** A user before and after a change. */
export interface UserChange {
  readonly previous: User;
  readonly next: User;
}

/** A team's own item before and after its owners change. */
export interface OwnerChange {
  readonly previous: Tenant;
  readonly next: Tenant;
}

/** Teams and who their members are. Every change is a transaction with the events that tell of it. */
export interface TeamStore {
  /** @param home - the founder before and after the team is their home; undefined where it isn't to be
   *  @throws AppError WRITE_CONFLICT when the founder is no longer current */
  createTeam(team: NewTeam, home?: UserChange): Promise<void>;
  findTeam(tenant_id: string): Promise<Tenant | undefined>;
  /** A team and one of its members in one round trip; undefined for whoever is none. */
  loadMembership(
    tenant_id: string,
    user_id: string,
  ): Promise<{ readonly tenant: Tenant; readonly member: Member } | undefined>;
  /** @throws AppError WRITE_CONFLICT when `previous` is no longer current */
  replaceTeam(previous: Tenant, next: Tenant, event: DomainEvent): Promise<void>;
  listMembers(tenant_id: string, page: PageRequest): Promise<Page<Member>>;
  /** Whether anybody with this address is a member. */
  hasMember(tenant_id: string, email: string): Promise<boolean>;
  /** @param owners - undefined where the team's owners stay
   *  @throws AppError WRITE_CONFLICT when the member or the owners are no longer current */
  replaceMember(
    previous: Member,
    next: Member,
    owners: OwnerChange | undefined,
    event: DomainEvent,
  ): Promise<void>;
  /** Takes the member out of the team and the directory.
   *  @throws AppError WRITE_CONFLICT when the member or the owners are no longer current */
  removeMember(member: Member, owners: OwnerChange | undefined, event: DomainEvent): Promise<void>;
  /** Removes a team with its last member.
   *  @throws AppError WRITE_CONFLICT when the team or the member is no longer current */
  removeTeam(tenant: Tenant, member: Member, event: DomainEvent): Promise<void>;
  /** Deletes all that a user has in a team as their own: sessions and API tokens. */
  endCredentials(tenant_id: string, user_id: string): Promise<void>;
  /** Whether a team has every one of these projects. */
  hasProjects(tenant_id: string, project_ids: readonly string[]): Promise<boolean>;
}

/** People, whatever teams they are in. */
export interface UserStore {
  /** A user and all of their memberships, oldest team first. */
  load(
    user_id: string,
  ): Promise<{ readonly user: User; readonly memberships: readonly Membership[] } | undefined>;
  /** Those of the users that there are, by id. */
  findAll(user_ids: readonly string[]): Promise<ReadonlyMap<string, User>>;
  /** @param event - goes to the outbox of its tenant
   *  @throws AppError WRITE_CONFLICT when `previous` is no longer current */
  replace(previous: User, next: User, event: DomainEvent): Promise<void>;
  /** Replaces the user by one with a time to go, and has the purge told of it.
   *  @param due - when the purge may begin (ISO 8601); the event goes to the home team's outbox
   *  @throws AppError WRITE_CONFLICT when `previous` is no longer current */
  scheduleDeletion(
    previous: User,
    next: User,
    due: { readonly purge_at: string; readonly event: DomainEvent },
  ): Promise<void>;
  /** Replaces the user by one who stays. @throws AppError WRITE_CONFLICT when `previous` is no longer current */
  cancelDeletion(previous: User, next: User, event: DomainEvent): Promise<void>;
  /** Removes the user and frees their address. @throws AppError WRITE_CONFLICT when `user` is no longer current */
  purge(user: User, event: DomainEvent): Promise<void>;
}

export interface TeamDependencies {
  readonly users: UserStore;
  readonly teams: TeamStore;
  readonly clock: Clock;
  readonly ids: IdGenerator;
}
