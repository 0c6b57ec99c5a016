import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Sandbox } from './sandbox.ts';

/** Arguments that turn root into another user for good: no groups, no capabilities, no way back. */
export function becomeUser(setpriv: string, user_id: number): string[] {
  const id = String(user_id);
  return [
    setpriv,
    '--reuid',
    id,
    '--regid',
    id,
    ...'--clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all --'.split(' '),
  ];
}

/** Runs the command as another user of the machine. What every user may read, it may read. */
export function userSandbox(setpriv: string): Sandbox {
  return {
    level: 'user',
    changes_user: true,
    ends_with_leader: false,
    wrap: async (request) => becomeUser(setpriv, request.user_id),
    appGroup: (leader_pid) => leader_pid,
  };
}

/** The first folder on the way to `path` that other users may not enter, or null. */
export async function blockedFolder(path: string): Promise<string | null> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { mode } = await stat(folder);
    if ((mode & 0o001) === 0) return folder;
    if (folder === dirname(folder)) return null;
  }
}
