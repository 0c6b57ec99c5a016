import type { CommonPasswords } from '../../domain/identity/index.ts';
import { COMMON_PASSWORDS } from './common-passwords.generated.ts';

/** The list of the most common passwords, unpacked when somebody first asks. */
export function createCommonPasswords(): CommonPasswords {
  let list: ReadonlySet<string> | undefined;
  return {
    has(password) {
      list ??= new Set(COMMON_PASSWORDS.split(' '));
      return list.has(password.toLowerCase());
    },
  };
}
