import { describe, expect, it } from 'vitest';
import { createParameters } from '../../../../src/adapters/aws/parameters.ts';
import { fakeParameterStore } from '../../../support/parameter-store.ts';

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

  it('is replaced, encrypted, by whoever may', async () => {
    const store = fakeParameterStore();
    const parameters = createParameters(store.aws);
    await parameters.writeSecret('/s', 'one');
    await parameters.writeSecret('/s', 'two');
    expect(await parameters.read('/s')).toBe('two');
    expect(store.calls[0]).toEqual({
      target: 'AmazonSSM.PutParameter',
      input: { Name: '/s', Value: 'one', Type: 'SecureString', Overwrite: true },
    });
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
