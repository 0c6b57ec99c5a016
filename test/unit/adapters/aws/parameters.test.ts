import { describe, expect, it } from 'vitest';
import { AwsCallError } from '../../../../src/adapters/aws/call-error.ts';
import {
  createParameterSigningKeys,
  createParameterVerificationKeys,
} from '../../../../src/adapters/aws/parameter-keys.ts';
import { createParameters, type Parameters } from '../../../../src/adapters/aws/parameters.ts';
import type { AwsCaller } from '../../../../src/adapters/aws/signed-call.ts';
import { createTokenSigner } from '../../../../src/adapters/identity/token-signer.ts';
import { createTokenVerifier } from '../../../../src/adapters/identity/token-verifier.ts';
import { createTestClock } from '../../../support/test-clock.ts';
import { testId } from '../../../support/test-ids.ts';

interface Put {
  readonly Name: string;
  readonly Value: string;
  readonly Type: string;
  readonly Overwrite: boolean;
}

/** Parameter Store as far as two calls go, strict about their input. */
function fakeParameterStore() {
  const values = new Map<string, string>();
  const calls: { readonly target: string; readonly input: object }[] = [];
  const refuse = (code: string) => new AwsCallError('ssm', code, 400, '');
  const aws: AwsCaller = {
    async callJson(service, target, input) {
      expect(service).toBe('ssm');
      calls.push({ target, input });
      if (target === 'AmazonSSM.GetParameter') {
        const value = values.get((input as { Name: string }).Name);
        if (value === undefined) throw refuse('ParameterNotFound');
        return { Parameter: { Value: value } };
      }
      const put = input as Put;
      if (values.has(put.Name) && !put.Overwrite) throw refuse('ParameterAlreadyExists');
      values.set(put.Name, put.Value);
      return { Version: 1 };
    },
    callQuery: () => Promise.reject(new Error('not a Query service')),
    callRest: () => Promise.reject(new Error('not a REST service')),
  };
  return { aws, values, calls };
}

describe('a secret in Parameter Store', () => {
  it('is made encrypted when there is none, and never replaced', async () => {
    const store = fakeParameterStore();
    const parameters = createParameters(store.aws);
    expect(await parameters.readOrCreateSecret('/s', () => 'one')).toBe('one');
    expect(await parameters.readOrCreateSecret('/s', () => 'two')).toBe('one');
    expect(store.calls).toEqual([
      { target: 'AmazonSSM.GetParameter', input: { Name: '/s', WithDecryption: true } },
      {
        target: 'AmazonSSM.PutParameter',
        input: { Name: '/s', Value: 'one', Type: 'SecureString', Overwrite: false },
      },
      { target: 'AmazonSSM.GetParameter', input: { Name: '/s', WithDecryption: true } },
    ]);
  });

  it('is the first maker’s where two make it at the same moment', async () => {
    const store = fakeParameterStore();
    const parameters = createParameters(store.aws);
    const made = await parameters.readOrCreateSecret('/s', () => {
      store.values.set('/s', 'theirs');
      return 'ours';
    });
    expect(made).toBe('theirs');
  });
});

describe('the signing key in Parameter Store', () => {
  const options = () => {
    const store = fakeParameterStore();
    const clock = createTestClock();
    const common = { parameters: createParameters(store.aws), public_keys_parameter: '/public', clock };
    return { store, clock, common };
  };
  const claims = {
    sub: testId('usr', 1),
    tenant_id: testId('ten', 1),
    sid: testId('ses', 1),
    jti: testId('tok', 1),
  };

  it('signs what another function verifies with the public half alone', async () => {
    const { clock, common } = options();
    const signer = createTokenSigner(
      createParameterSigningKeys({ ...common, signing_key_parameter: '/private' }),
      clock,
    );
    const verifier = createTokenVerifier(createParameterVerificationKeys(common), clock);
    const token = await signer.signRefresh(claims);
    expect(await verifier.verifyRefresh(token)).toMatchObject(claims);
  });

  it('publishes nothing private', async () => {
    const { store, common } = options();
    await createParameterSigningKeys({ ...common, signing_key_parameter: '/private' }).current();
    const published = JSON.parse(store.values.get('/public') ?? '{}') as { keys: object[] };
    expect(published.keys).toHaveLength(1);
    expect(published.keys.map((key) => Object.keys(key).sort())).toEqual([
      ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
    ]);
  });

  it('is one key for all instances', async () => {
    const { common } = options();
    const keys = { ...common, signing_key_parameter: '/private' };
    const first = await createParameterSigningKeys(keys).current();
    const second = await createParameterSigningKeys(keys).current();
    expect(second.kid).toBe(first.kid);
  });

  it('of an unknown id is looked for again, but not for every forged token', async () => {
    const { store, clock, common } = options();
    const verification = createParameterVerificationKeys(common);
    expect(await verification.find('unknown')).toBeUndefined();
    expect(await verification.find('unknown')).toBeUndefined();
    expect(store.calls).toHaveLength(1);
    const { kid } = await createParameterSigningKeys({
      ...common,
      signing_key_parameter: '/private',
    }).current();
    clock.advance(30_000);
    expect(await verification.find(kid)).toBeDefined();
  });

  it('is found at once after a reading that failed, and by all who ask meanwhile', async () => {
    const { common } = options();
    const { kid } = await createParameterSigningKeys({
      ...common,
      signing_key_parameter: '/private',
    }).current();
    let failures = 1;
    const parameters: Parameters = {
      ...common.parameters,
      async read(name) {
        failures -= 1;
        if (failures >= 0) throw new Error('throttled');
        return common.parameters.read(name);
      },
    };
    const verification = createParameterVerificationKeys({ ...common, parameters });
    await expect(verification.find(kid)).rejects.toThrow('throttled');
    const found = await Promise.all([verification.find(kid), verification.find(kid)]);
    expect(found.map((key) => key !== undefined)).toEqual([true, true]);
  });
});
