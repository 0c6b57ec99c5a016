import process from 'node:process';
import {
  type AwsCaller,
  type AwsCallerOptions,
  createAwsCaller,
} from '../../../src/adapters/aws/signed-call.ts';
import { aws_breakers } from './breakers.ts';

/** Signed calls with the function's own credentials, through the breakers of its process. */
export function awsCaller(limits: Omit<AwsCallerOptions, 'breakers'> = {}): AwsCaller {
  return createAwsCaller(process.env, { ...limits, breakers: aws_breakers });
}
