import { expect } from 'vitest';
import type { TestAnswer } from '../../support/api.ts';
import type { Side } from '../side.ts';
import type { Ask, World } from '../world.ts';

/** Expects one answer for what is another tenant's and for what is nowhere, with nothing to tell the two apart: not the
 *  text, not the headers, and not the work that is done for it.
 *  @param code - of the problem; undefined where any refusal will do */
export async function expectSame<T>(
  world: World,
  side: Side,
  method: string,
  code: string | undefined,
  [foreign, nowhere]: readonly [foreign: T, nowhere: T],
  requestFor: (named: T) => Ask & { readonly target: string },
): Promise<void> {
  const look = async (named: T) => {
    const { target, ...request } = requestFor(named);
    const { answer, calls } = await world.callsOf(() => world.ask(side, method, target, request));
    expect(answer.json, `${method} ${target}`).toMatchObject(code === undefined ? {} : { code });
    expect(answer.status, `${method} ${target}`).toBeGreaterThanOrEqual(400);
    return { answer: anonymous(answer), calls };
  };
  const seen = await look(foreign);
  expect(seen).toEqual(await look(nowhere));
}

function anonymous({ status, headers, json }: TestAnswer): object {
  const { 'x-request-id': _id, ...rest } = headers;
  const { instance: _instance, request_id: _request_id, ...problem } = json as Record<string, unknown>;
  return { status, headers: rest, problem };
}
