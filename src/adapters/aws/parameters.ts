import * as z from 'zod';
import { hasCode } from './call-error.ts';
import type { AwsCaller } from './signed-call.ts';

/** Parameters of SSM Parameter Store. */
export interface Parameters {
  /** @returns undefined when there is none */
  read(name: string): Promise<string | undefined>;
  /** Replaces what is there. */
  write(name: string, value: string): Promise<void>;
  /** Reads a secret, making it when there is none: encrypted under the account's own SSM key, which costs nothing.
   *  Of several makers at the same moment one wins, and all get its value. */
  readOrCreateSecret(name: string, create: () => string): Promise<string>;
}

const answerSchema = z.object({ Parameter: z.object({ Value: z.string() }) });

export function createParameters(aws: AwsCaller): Parameters {
  const read = async (name: string): Promise<string | undefined> => {
    try {
      const answer = await aws.callJson('ssm', 'AmazonSSM.GetParameter', {
        Name: name,
        WithDecryption: true,
      });
      return answerSchema.parse(answer).Parameter.Value;
    } catch (error) {
      if (hasCode(error, 'ParameterNotFound')) return undefined;
      throw error;
    }
  };

  const put = (name: string, value: string, type: 'String' | 'SecureString', overwrite: boolean) =>
    aws.callJson('ssm', 'AmazonSSM.PutParameter', {
      Name: name,
      Value: value,
      Type: type,
      Overwrite: overwrite,
    });

  return {
    read,

    async write(name, value) {
      await put(name, value, 'String', true);
    },

    async readOrCreateSecret(name, create) {
      const existing = await read(name);
      if (existing !== undefined) return existing;
      const value = create();
      try {
        await put(name, value, 'SecureString', false);
        return value;
      } catch (error) {
        if (!hasCode(error, 'ParameterAlreadyExists')) throw error;
        const made = await read(name);
        if (made === undefined) throw error;
        return made;
      }
    },
  };
}
