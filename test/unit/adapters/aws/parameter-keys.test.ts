import { decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { createParameterVerificationKeys } from '../../../../src/adapters/aws/parameter-keys.ts';
import {
  createParameterSigningKeys,
  rotateParameterKeys,
} from '../../../../src/adapters/aws/parameter-signing-keys.ts';
import { createParameters, type Parameters } from '../../../../src/adapters/aws/parameters.ts';
import { createTokenSigner } from '../../../../src/adapters/identity/token-signer.ts';
import { createTokenVerifier } from '../../../../src/adapters/identity/token-verifier.ts';
import { fakeParameterStore } from '../../../support/parameter-store.ts';
import { createTestClock } from '../../../support/test-clock.ts';
import { testId } from '../../../support/test-ids.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CLAIMS = {
  sub: testId('usr', 1),
  tenant_id: testId('ten', 1),
  sid: testId('ses', 1),
  jti: testId('tok', 1),
};

/** An account's Parameter Store, with any number of functions that use it. */
function createAccount() {
  const store = fakeParameterStore();
  const clock = createTestClock();
  const common = { parameters: createParameters(store.aws), public_keys_parameter: '/public', clock };
  const options = { ...common, signing_key_parameter: '/private' };
  const published = () =>
    (JSON.parse(store.values.get('/public') ?? '{"keys":[]}') as { keys: object[] }).keys;
  return {
    store,
    clock,
    options,
    published,
    signIn: () => createTokenSigner(createParameterSigningKeys(options), clock),
    verifier: (parameters: Parameters = common.parameters) =>
      createTokenVerifier(createParameterVerificationKeys({ ...common, parameters }), clock),
    keys: () => createParameterSigningKeys(options),
    valid: (days = 7) => ({
      from: clock.now().toISOString(),
      until: new Date(clock.now().getTime() + days * DAY_MS).toISOString(),
    }),
  };
}

describe('the signing key in Parameter Store', () => {
  it('signs what another function verifies with the public half alone', async () => {
    const { signIn, verifier, valid } = createAccount();
    const token = await signIn().signRefresh(CLAIMS, valid());
    expect(await verifier().verifyRefresh(token)).toMatchObject(CLAIMS);
  });

  it('is published without anything private', async () => {
    const { keys, clock, published } = createAccount();
    await keys().signerAt(clock.now());
    expect(published().map((key) => Object.keys(key).sort())).toEqual([
      ['alg', 'crv', 'kid', 'kty', 'use', 'x'],
    ]);
  });

  it('is one key for all instances, also for two that make it at the same moment', async () => {
    const { keys, clock } = createAccount();
    const signers = await Promise.all([1, 2, 3].map(() => keys().signerAt(clock.now())));
    expect(new Set(signers.map(({ kid }) => kid)).size).toBe(1);
  });

  it('is read once an hour, and once for all who ask meanwhile', async () => {
    const { keys, clock, store } = createAccount();
    const own = keys();
    await own.signerAt(clock.now());
    const before = store.calls.length;
    await Promise.all([1, 2, 3].map(() => own.signerAt(clock.now())));
    expect(store.calls.length).toBe(before);
    clock.advance(HOUR_MS);
    await Promise.all([1, 2, 3].map(() => own.signerAt(clock.now())));
    // The document, and the public keys that it is compared with.
    expect(store.calls.length).toBe(before + 2);
  });

  it('fits into a standard parameter with room to spare', async () => {
    const { options, clock, store } = createAccount();
    for (let day = 0; day < 70; day += 1) {
      await rotateParameterKeys(options);
      for (const text of store.values.values()) expect(text.length).toBeLessThan(2048);
      clock.advance(DAY_MS);
    }
  });

  it('of an unknown form is not signed with, and says so', async () => {
    const { keys, clock, store } = createAccount();
    store.values.set('/private', '{"kty":"EC","crv":"P-256","x":"x","y":"y","d":"d"}');
    await expect(keys().signerAt(clock.now())).rejects.toThrow('There is no signing key');
  });
});

describe('a verifier', () => {
  it('looks again for an unknown key, but not for every forged token', async () => {
    const { store, clock, keys, options } = createAccount();
    const verification = createParameterVerificationKeys(options);
    expect(await verification.find('unknown')).toBeUndefined();
    expect(await verification.find('unknown')).toBeUndefined();
    expect(store.calls).toHaveLength(1);
    const { kid } = await keys().signerAt(clock.now());
    clock.advance(30_000);
    expect(await verification.find(kid)).toBeDefined();
  });

  it('finds a key at once after a reading that failed, and so do all who ask meanwhile', async () => {
    const { keys, clock, options } = createAccount();
    const { kid } = await keys().signerAt(clock.now());
    let failures = 1;
    const parameters: Parameters = {
      ...options.parameters,
      async read(name) {
        failures -= 1;
        if (failures >= 0) throw new Error('throttled');
        return options.parameters.read(name);
      },
    };
    const verification = createParameterVerificationKeys({ ...options, parameters });
    await expect(verification.find(kid)).rejects.toThrow('throttled');
    const found = await Promise.all([verification.find(kid), verification.find(kid)]);
    expect(found.map((key) => key !== undefined)).toEqual([true, true]);
  });

  it('passes over keys that an earlier version published', async () => {
    const { keys, clock, store, options } = createAccount();
    store.values.set(
      '/public',
      '{"keys":[{"kty":"EC","crv":"P-256","x":"x","y":"y","kid":"old","alg":"ES256","use":"sig"}]}',
    );
    const { kid } = await keys().signerAt(clock.now());
    const verification = createParameterVerificationKeys(options);
    expect(await verification.find(kid)).toBeDefined();
    expect(await verification.find('old')).toBeUndefined();
    expect((await verification.readKeySet()).map((key) => key.kid)).toEqual([kid]);
  });
});

describe('the rotation', () => {
  it('makes the first key where nobody has signed in yet, and then changes nothing for weeks', async () => {
    const { options, clock, keys } = createAccount();
    const { kids } = await rotateParameterKeys(options);
    clock.advance(28 * DAY_MS);
    expect(await rotateParameterKeys(options)).toEqual({ kids, changed: false });
    expect((await keys().signerAt(clock.now())).kid).toBe(kids[0]);
  });

  it('publishes another key a day before it signs, to instances that run all the while too', async () => {
    const { options, clock, signIn, valid, published } = createAccount();
    const [running, late] = [signIn(), signIn()];
    const kidOf = async (signer: typeof running) =>
      decodeProtectedHeader(await signer.signRefresh(CLAIMS, valid())).kid;
    const first = await kidOf(running);
    clock.advance(29 * DAY_MS);
    const { kids, changed } = await rotateParameterKeys(options);
    expect({ kids, changed }).toEqual({ kids: [first, expect.any(String)], changed: true });
    expect(published()).toMatchObject(kids.map((kid) => ({ kid })));

    clock.advance(DAY_MS - 1000);
    expect([await kidOf(running), await kidOf(late)]).toEqual([first, first]);
    clock.advance(1000);
    expect([await kidOf(running), await kidOf(late), await kidOf(signIn())]).toEqual([
      kids[1],
      kids[1],
      kids[1],
    ]);
  });

  it('lets every token live to its end, day after day', async () => {
    const { options, clock, signIn, verifier, valid } = createAccount();
    const [signer, checker] = [signIn(), verifier()];
    const tokens: { readonly token: string; readonly day: number }[] = [];
    for (let day = 0; day < 75; day += 1) {
      await rotateParameterKeys(options);
      tokens.push({ token: await signer.signRefresh(CLAIMS, valid()), day });
      for (const { token } of tokens.filter((each) => day - each.day < 7)) {
        expect(await checker.verifyRefresh(token)).toBeDefined();
        expect(await verifier().verifyRefresh(token)).toBeDefined();
      }
      clock.advance(DAY_MS);
    }
  });

  it('gives a client that lost the answer the same token across a change of keys', async () => {
    const { options, clock, signIn, valid } = createAccount();
    const signer = signIn();
    await signer.signRefresh(CLAIMS, valid());
    clock.advance(29 * DAY_MS);
    await rotateParameterKeys(options);
    clock.advance(DAY_MS - 10_000);
    const at = valid();
    const token = await signer.signRefresh(CLAIMS, at);
    clock.advance(20_000);
    expect(await signer.signRefresh(CLAIMS, at)).toBe(token);
    expect(await signIn().signRefresh(CLAIMS, at)).toBe(token);
  });

  it('publishes a key before it can sign, whenever it dies', async () => {
    const { options, clock, store, published } = createAccount();
    await rotateParameterKeys(options);
    clock.advance(29 * DAY_MS);
    const dies: Parameters = {
      ...options.parameters,
      writeSecret: () => Promise.reject(new Error('died')),
    };
    await expect(rotateParameterKeys({ ...options, parameters: dies })).rejects.toThrow('died');
    expect(published()).toHaveLength(2);

    // The key that never came to be is no longer published afterwards.
    const { kids } = await rotateParameterKeys(options);
    expect(published().map((key) => (key as { kid: string }).kid)).toEqual(kids);
    expect(store.values.get('/private')).toContain('"keys"');
  });

  it('replaces what an earlier version left', async () => {
    const { options, clock, store, keys } = createAccount();
    store.values.set('/private', '{"kty":"EC","crv":"P-256","x":"x","y":"y","d":"d"}');
    const { kids } = await rotateParameterKeys(options);
    expect((await keys().signerAt(clock.now())).kid).toBe(kids[0]);
  });
});
