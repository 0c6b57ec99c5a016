import type { Principal } from '../access/index.ts';
import { AppError } from '../shared/errors.ts';
import { DAY_MS } from '../shared/time.ts';
import type { AccountDependencies } from './accounts.ts';
import { repeatOnConflict } from './members.ts';
import type { Membership, User } from './model.ts';
import type { TeamDependencies } from './team-ports.ts';
import { tell } from './tell.ts';

/** How long an account can still be had back. */
const GRACE_MS = 14 * DAY_MS;
/** A sign-in that began in time must not end after the account has: longer than any request takes. */
const MARGIN_MS = 5 * 60_000;

/** Has the principal's account deleted in two weeks. All of their sessions and API tokens end at once, in every team, this
 *  session last; signing in again before then keeps the account. Asked for again it goes on where it broke off, and changes
 *  no time.
 *  @returns when the account goes
 *  @throws AppError INVALID_CREDENTIALS; LAST_OWNER of a team that has other members; WRITE_CONFLICT */
export async function requestDeletion(
  deps: AccountDependencies,
  principal: Principal,
  password: string,
): Promise<string> {
  const found = await deps.users.load(principal.user_id);
  if (found === undefined) throw new AppError('UNAUTHENTICATED');
  const { user, memberships } = found;
  if (!(await deps.passwords.verify(user.password_hash, password))) {
    throw new AppError('INVALID_CREDENTIALS');
  }
  await Promise.all(memberships.map((each) => demandOtherOwner(deps, each)));
  const deletes_at = user.deletes_at ?? (await schedule(deps, user));
  const elsewhere = memberships.filter(({ tenant_id }) => tenant_id !== principal.tenant_id);
  for (const { tenant_id } of elsewhere) await deps.teams.endCredentials(tenant_id, user.id);
  await deps.teams.endCredentials(principal.tenant_id, user.id);
  return deletes_at;
}

/** Keeps an account whose user signs in while it waits for its end; every other is kept anyway.
 *  @returns the user as they are then
 *  @throws AppError INVALID_CREDENTIALS once the end has come: the account is gone, whether purged yet or not */
export async function keepAccount(deps: AccountDependencies, user: User): Promise<User> {
  if (user.deletes_at === null) return user;
  return repeatOnConflict(async () => {
    const current = (await deps.users.load(user.id))?.user;
    const now = deps.clock.now().toISOString();
    if (current === undefined) throw new AppError('INVALID_CREDENTIALS');
    if (current.deletes_at === null) return current;
    if (current.deletes_at <= now) throw new AppError('INVALID_CREDENTIALS');
    const next: User = { ...current, deletes_at: null, version: current.version + 1 };
    const event = tell(
      deps,
      'branchline.user.deletion_cancelled',
      next.home_tenant_id,
      { id: next.id, version: next.version },
      { user_id: next.id },
    );
    await deps.users.cancelDeletion(current, next, event);
    return next;
  });
}

/** When an account may be purged; undefined for one that is to stay. ISO 8601. */
export function purgeTime({ deletes_at }: Pick<User, 'deletes_at'>): string | undefined {
  if (deletes_at === null) return undefined;
  return new Date(Date.parse(deletes_at) + MARGIN_MS).toISOString();
}

async function schedule(deps: AccountDependencies, user: User): Promise<string> {
  const deletes_at = new Date(deps.clock.now().getTime() + GRACE_MS).toISOString();
  const next: User = { ...user, deletes_at, version: user.version + 1 };
  const event = tell(
    deps,
    'branchline.user.deletion_requested',
    user.home_tenant_id,
    { id: next.id, version: next.version },
    { user_id: user.id, deletes_at },
  );
  await deps.users.scheduleDeletion(user, next, { purge_at: purgeTime(next) ?? deletes_at, event });
  return deletes_at;
}

/** A team that others are in needs an owner beside whoever goes. */
async function demandOtherOwner(
  { teams }: Pick<TeamDependencies, 'teams'>,
  { tenant_id, user_id }: Membership,
): Promise<void> {
  const found = await teams.loadMembership(tenant_id, user_id);
  if (found === undefined || found.tenant.owner_ids.some((id) => id !== user_id)) return;
  const { items } = await teams.listMembers(tenant_id, { limit: 2 });
  if (items.length < 2) return;
  const detail = `Others are in the team “${found.tenant.name}”: give one of them the role owner first.`;
  throw new AppError('LAST_OWNER', { detail });
}
