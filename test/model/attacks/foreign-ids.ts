import { ROUTES } from '../../../src/contracts/http/catalog.ts';
import type { Route } from '../../../src/contracts/http/route.ts';
import { createSamples, NOWHERE, type OperationId } from '../../support/samples.ts';
import type { Operation } from '../operations/index.ts';
import type { Choices } from '../random.ts';
import type { Side } from '../side.ts';
import { expectSame } from './expect-same.ts';

/** What an id in a path stands for: one of a tenant's things, and one that is nowhere. */
interface Kind {
  readonly find: (side: Side) => Iterable<string>;
  readonly nowhere: string;
  /** It is the same in all teams of a user. */
  readonly is_of_user?: true;
}

const guestIds = ({ guests }: Side) => guests.flatMap(({ user_id }) => user_id ?? []);

/** By the parameter's name. */
export const FOREIGN: Readonly<Record<string, Kind>> = {
  project_id: {
    find: ({ projects, deleted }) => [...projects.keys(), ...deleted.keys()],
    nowhere: NOWHERE.project_id,
  },
  deployment_id: { find: (side) => side.deployments, nowhere: NOWHERE.deployment_id },
  token_id: { find: (side) => side.tokens.keys(), nowhere: NOWHERE.token_id },
  session_id: {
    find: (side) => [side.session_id, ...side.sessions.keys()],
    nowhere: NOWHERE.session_id,
    is_of_user: true,
  },
  user_id: {
    find: (side) => [side.account.user_id, ...guestIds(side)],
    nowhere: NOWHERE.member_id,
    is_of_user: true,
  },
  invitation_id: { find: (side) => side.invitations.keys(), nowhere: NOWHERE.invitation_id },
};

/** The operations whose paths name something of a tenant's. */
export const WITH_ID = (Object.keys(ROUTES) as OperationId[]).filter((id) => {
  const route: Route = ROUTES[id];
  return route.access !== 'public' && parametersOf(route).length > 0;
});

/** The names of the ids in a path. */
export function parametersOf({ path }: Pick<Route, 'path'>): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => name ?? []);
}

export const ID_ATTACKS: Readonly<Record<string, Operation>> = {
  async useForeignIds(world, side, choices) {
    const { token, may_lack_right } = chooseCredential(side, choices);
    for (const operation_id of WITH_ID) {
      const { unknown_id } = ROUTES[operation_id] as Route;
      const code = may_lack_right ? undefined : unknown_id;
      await tryForeign(operation_id, { victim: world.other(side), choices }, (method, requests) =>
        expectSame(world, side, method, code, requests, (request) => ({ ...request, token })),
      );
    }
  },

  /** From another team of the same owner, where what they have in the first is as foreign as anybody's. */
  async useIdOfOwnOtherTeam(world, side, choices) {
    const elsewhere = [...side.sessions.values()].filter(
      ({ tenant_id }) => tenant_id !== side.account.tenant_id,
    );
    const session = choices.oneOf(elsewhere);
    const operation_id = choices.oneOf(
      WITH_ID.filter((id) => parametersOf(ROUTES[id]).every((name) => FOREIGN[name]?.is_of_user !== true)),
    );
    if (session === undefined || operation_id === undefined) return;
    const { token } = session;
    const { unknown_id } = ROUTES[operation_id] as Route;
    await tryForeign(operation_id, { victim: side, choices }, (method, requests) =>
      expectSame(world, side, method, unknown_id, requests, (request) => ({ ...request, token })),
    );
  },
};

interface Attempt {
  readonly target: string;
  readonly body: unknown;
}

async function tryForeign(
  operation_id: OperationId,
  { victim, choices }: { readonly victim: Side; readonly choices: Choices },
  compare: (method: string, requests: readonly [foreign: Attempt, nowhere: Attempt]) => Promise<void>,
): Promise<void> {
  const route: Route = ROUTES[operation_id];
  const { body } = createSamples(NOWHERE)[operation_id];
  const kinds = parametersOf(route).map((name) => {
    const kind = FOREIGN[name];
    if (kind === undefined) throw new Error(`Nobody tries another tenant’s {${name}}`);
    return { place: `{${name}}`, foreign: choices.oneOf(kind.find(victim)), nowhere: kind.nowhere };
  });
  const target = (which: 'foreign' | 'nowhere') =>
    kinds.reduce((path, kind) => path.replace(kind.place, kind[which] ?? ''), route.path);
  if (kinds.some(({ foreign }) => foreign === undefined)) return;
  await compare(route.method, [
    { target: target('foreign'), body },
    { target: target('nowhere'), body },
  ]);
}

/** The owner's own, mostly; else a guest's or an API token's, whose right or scope the route may not have. */
function chooseCredential(side: Side, choices: Choices) {
  const guests = side.guests.flatMap(({ membership }) => membership?.token ?? []);
  const others = [...guests, ...side.tokens.values()];
  const token = choices.below(3) === 0 ? choices.oneOf(others) : undefined;
  return { token, may_lack_right: token !== undefined };
}
