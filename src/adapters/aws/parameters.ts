import * as z from 'zod';
import { hasCode } from './call-error.ts';
import { toAnswerable } from './call-failure.ts';
import type { AwsCaller } from './signed-call.ts';

/** Parameters of SSM Parameter Store. What it refuses, or can't do now, is an AppError: UPSTREAM_FAILED,
 *  SERVICE_UNAVAILABLE. */
export interface Parameters {
  /** @returns undefined when there is none */
  read(name: string): Promise<string | undefined>;
  /** Replaces what is there. */
  write(name: string, value: string): Promise<void>;
  /** Replaces a secret, encrypted as {@link readOrCreateSecret} does. */
  writeSecret(name: string, value: string): Promise<void>;
  /** Reads a secret, making it when there is none: encrypted under the account's own SSM key, which costs nothing.
   *  Of several makers at the same moment one wins, and all get its value. */
  readOrCreateSecret(name: string, create: () => string): Promise<string>;
}

const answerSchema = z.object({ Parameter: z.object({ Value: z.string() }) });

/** Parameters through signed calls. */
export function createParameters(aws: AwsCaller): Parameters {
  /** @returns undefined when it answered with this code */
  const callUnless = async (code: string, target: string, input: object): Promise<unknown> => {
    try {
      return await aws.callJson('ssm', target, input);
    } catch (error) {
      if (hasCode(error, code)) return undefined;
      throw toAnswerable(error);
    }
  };

  const read = async (name: string): Promise<string | undefined> => {
    const input = { Name: name, WithDecryption: true };
    const answer = await callUnless('ParameterNotFound', 'AmazonSSM.GetParameter', input);
    return answer === undefined ? undefined : answerSchema.parse(answer).Parameter.Value;
  };

  /** @returns false when there is one already, which may not be replaced */
  const put = async (
    name: string,
    value: string,
    type: 'String' | 'SecureString',
    overwrite: boolean,
  ): Promise<boolean> => {
    const input = { Name: name, Value: value, Type: type, Overwrite: overwrite };
    return (await callUnless('ParameterAlreadyExists', 'AmazonSSM.PutParameter', input)) !== undefined;
  };

  return {
    read,

    async write(name, value) {
      await put(name, value, 'String', true);
    },

    async writeSecret(name, value) {
      await put(name, value, 'SecureString', true);
    },

    async readOrCreateSecret(name, create) {
      const existing = await read(name);
      if (existing !== undefined) return existing;
      const value = create();
      if (await put(name, value, 'SecureString', false)) return value;
      const made = await read(name);
      if (made === undefined) throw new Error(`The parameter ${name} is there and can't be read`);
      return made;
    },
  };
}
