import assert from 'node:assert/strict';
import { AwsCallError } from '../../src/adapters/aws/call-error.ts';
import type { AwsCaller } from '../../src/adapters/aws/signed-call.ts';

interface Put {
  readonly Name: string;
  readonly Value: string;
  readonly Type: string;
  readonly Overwrite: boolean;
}

/** Parameter Store as far as two calls go, strict about their input. */
export function fakeParameterStore() {
  const values = new Map<string, string>();
  const calls: { readonly target: string; readonly input: object }[] = [];
  const refuse = (code: string) => new AwsCallError('ssm', code, 400, '');
  const aws: AwsCaller = {
    async callJson(service, target, input) {
      assert.equal(service, 'ssm');
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
