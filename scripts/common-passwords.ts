import { dictionary } from '@zxcvbn-ts/language-common';
import { MIN_PASSWORD_CHARACTERS } from '../src/domain/identity/index.ts';

/** Where the list is committed, so that neither bundles nor the laptop need the package. */
export const COMMON_PASSWORDS_FILE = 'src/adapters/identity/common-passwords.generated.ts';

// ASVS 6.2.4 demands 3,000; more would only make the sign-in function's bundle larger.
const COUNT = 10_000;
const PACKAGE = '@zxcvbn-ts/language-common';
const NOTICE =
  'MIT licence, Copyright (c) 2012-2016 Dan Wheeler and Dropbox, Inc., Copyright (c) 2021 @zxcvbn-ts';

/** The module with the most common passwords that are long enough to be chosen at all. */
export function createCommonPasswordsModule(): string {
  const by_rank: readonly string[] = dictionary['passwords-common'];
  const common = by_rank.filter((each) => each.length >= MIN_PASSWORD_CHARACTERS && !each.includes(' '));
  const words = common.slice(0, COUNT).sort();
  return [
    `// Written by \`npm run generate\` from ${PACKAGE} (${NOTICE}).`,
    '',
    `/** The ${COUNT} most common passwords of ${MIN_PASSWORD_CHARACTERS} characters or more, in lower case, apart by spaces. */`,
    `export const COMMON_PASSWORDS = ${JSON.stringify(words.join(' '))};`,
    '',
  ].join('\n');
}
