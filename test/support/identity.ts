import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { type CryptoKey, importJWK } from 'jose';
import { apiTokenCodec } from '../../src/adapters/identity/api-token-codec.ts';
import { createCommonPasswords } from '../../src/adapters/identity/common-passwords.ts';
import { oneTimeSecrets } from '../../src/adapters/identity/one-time-secrets.ts';
import { SIGNING_ALGORITHM, type SigningKeys } from '../../src/adapters/identity/signing-keys.ts';
import { createTokens } from '../../src/adapters/identity/tokens.ts';
import { createApiTokenStore } from '../../src/adapters/stores/api-token-store.ts';
import { createCredentialStore } from '../../src/adapters/stores/credential-store.ts';
import { createIdentityStore } from '../../src/adapters/stores/identity-store.ts';
import { createSessionStore } from '../../src/adapters/stores/session-store.ts';
import { createTeamStore } from '../../src/adapters/stores/team-store.ts';
import { createUserStore } from '../../src/adapters/stores/user-store.ts';
import type {
  AccountDependencies,
  ApiTokenStore,
  AuthenticationDependencies,
  PasswordHasher,
} from '../../src/domain/identity/index.ts';
import type { Mail, Mailer } from '../../src/domain/shared/mail.ts';
import { createMemoryTable, type MemoryTable } from './tables.ts';
import { createTestClock, type TestClock } from './test-clock.ts';
import { createTestIds } from './test-ids.ts';

/** A key pair as the signing keys hold it, and its public half as RFC 7517 writes it. */
export interface TestKey {
  readonly kid: string;
  readonly private_key: CryptoKey;
  readonly public_key: CryptoKey;
  readonly public_jwk: { readonly kty: string; readonly crv: string; readonly x: string };
}

export async function createTestKey(kid: string): Promise<TestKey> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const { kty = '', crv = '', x = '', d = '' } = privateKey.export({ format: 'jwk' });
  const public_jwk = { kty, crv, x };
  return {
    kid,
    private_key: await importKey({ ...public_jwk, d }),
    public_key: await importKey(public_jwk),
    public_jwk,
  };
}

/** Signing keys of which the first signs. */
export function signingKeys(current: TestKey, ...others: readonly TestKey[]): SigningKeys {
  const public_keys = new Map([current, ...others].map((key) => [key.kid, key.public_key]));
  return {
    signerAt: async () => ({ kid: current.kid, private_key: current.private_key }),
    find: async (kid) => public_keys.get(kid),
  };
}

/** Hashes nothing, so that tests are fast; counts what it was asked. A hash after `outdated:` is to be made anew. */
export interface FakePasswords extends PasswordHasher {
  readonly calls: readonly ('hash' | 'verify' | 'verifyNothing')[];
}

function createFakePasswords(): FakePasswords {
  const calls: ('hash' | 'verify' | 'verifyNothing')[] = [];
  return {
    calls,
    async hash(password) {
      calls.push('hash');
      return `hashed:${Buffer.from(password).toString('hex')}`;
    },
    async verify(phc, password) {
      calls.push('verify');
      return phc.replace('outdated:', '') === `hashed:${Buffer.from(password).toString('hex')}`;
    },
    isOutdated: (phc) => phc.startsWith('outdated:'),
    async verifyNothing() {
      calls.push('verifyNothing');
    },
  };
}

/** Accounts on a table in memory, with real tokens and fake passwords. */
export interface TestAccounts {
  /** What was mailed, oldest first. */
  readonly mails: readonly Mail[];
  readonly accounts: AccountDependencies;
  readonly authentication: AuthenticationDependencies;
  readonly api_tokens: ApiTokenStore;
  readonly passwords: FakePasswords;
  readonly memory: MemoryTable;
  readonly clock: TestClock;
}

export async function createTestAccounts(memory = createMemoryTable()): Promise<TestAccounts> {
  const clock = createTestClock();
  const passwords = createFakePasswords();
  const tokens = createTokens(signingKeys(await createTestKey('one')), clock);
  const store = createIdentityStore(memory.table);
  const users = createUserStore(memory.table);
  const teams = createTeamStore(memory.table);
  const mails: Mail[] = [];
  const mailer: Mailer = {
    async send(mail) {
      mails.push(mail);
    },
  };
  const api_tokens = createApiTokenStore(memory.table);
  const sessions = createSessionStore(memory.table);
  const credentials = createCredentialStore(memory.table);
  const common_passwords = createCommonPasswords();
  const accounts = {
    store,
    users,
    teams,
    sessions,
    credentials,
    resets: credentials,
    secrets: oneTimeSecrets,
    common_passwords,
    passwords,
    tokens,
    mailer,
    clock,
    ids: createTestIds(),
  };
  const authentication = { tokens, store, api_tokens, codec: apiTokenCodec, clock };
  return { accounts, authentication, api_tokens, mails, passwords, memory, clock };
}

/** The token that a mail brings. */
export function tokenIn(mail: Mail | undefined): string {
  return /^[0-9a-f-]{36}\.[\w-]{43}$/m.exec(mail?.text ?? '')?.[0] ?? assert.fail('no token in the mail');
}

async function importKey(jwk: object): Promise<CryptoKey> {
  const key = await importJWK({ ...jwk }, SIGNING_ALGORITHM);
  if (key instanceof Uint8Array) throw new TypeError('No key pair');
  return key;
}
