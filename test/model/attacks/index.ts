import type { Operation } from '../operations/index.ts';
import { ID_ATTACKS } from './foreign-ids.ts';
import { PEOPLE_ATTACKS } from './people.ts';
import { TEXT_ATTACKS } from './texts.ts';

/** What a tenant tries with what it ought not to have, by name. */
export const ATTACKS: Readonly<Record<string, Operation>> = {
  ...ID_ATTACKS,
  ...PEOPLE_ATTACKS,
  ...TEXT_ATTACKS,
};
