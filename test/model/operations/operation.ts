import { expect } from 'vitest';
import type { TestAnswer } from '../../support/api.ts';
import type { Choices } from '../random.ts';
import type { Side } from '../side.ts';
import type { Ask, World } from '../world.ts';

/** Something that a tenant does with its own things, after which the model is as the API ought to be. */
export type Operation = (world: World, side: Side, choices: Choices) => Promise<void>;

export const PROJECTS = '/api/v1/projects';

/** The id of the thing in an answer. */
export const idIn = (answer: TestAnswer): string => String((answer.json as { readonly id: unknown }).id);

/** Asks, and expects a status. @returns the answer's body */
export async function expectAnswer<T = unknown>(
  world: World,
  side: Side,
  status: number,
  [method, target]: readonly [method: string, target: string],
  request: Ask = {},
): Promise<T> {
  const answer = await world.ask(side, method, target, request);
  expect(answer.status, `${method} ${target}: ${answer.text}`).toBe(status);
  return answer.json as T;
}

/** One of a list, of whatever kind. */
export interface Listed {
  readonly id: string;
  readonly user_id: string;
  readonly name?: string;
}

/** A whole list, page by page; keeps its cursors, for others to try.
 *  @param token - another credential than the owner's */
export async function readAll(world: World, side: Side, target: string, token?: string): Promise<Listed[]> {
  const found: Listed[] = [];
  let cursor: string | null = null;
  do {
    const page: string = cursor === null ? target : `${target}&cursor=${cursor}`;
    const answer: { readonly data: readonly Listed[]; readonly next_cursor: string | null } =
      await expectAnswer(world, side, 200, ['GET', page], { token });
    found.push(...answer.data);
    cursor = answer.next_cursor;
    if (cursor !== null) side.cursors.push({ target, cursor });
    if (side.cursors.length > 50) side.cursors.shift();
  } while (cursor !== null);
  return found;
}
