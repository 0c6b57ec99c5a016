import { createHash } from 'node:crypto';

// Above the ids that distributions give to people and services, below those of subordinate users.
const FIRST_USER_ID = 70_000;
const USER_IDS = 30_000;

/** The system user that a project's builds and apps run as, where the platform may change users: one project's processes
 *  can't signal another's or write its files. Two projects may rarely share one. */
export function projectUserId(project_id: string): number {
  const hash = createHash('sha256').update(project_id).digest();
  return FIRST_USER_ID + (hash.readUInt32BE(0) % USER_IDS);
}
