import process from 'node:process';
import { AWAITED_CALLS } from '../../../src/adapters/aws/call-limits.ts';
import { createFunctionMailer } from '../../../src/adapters/aws/function-mailer.ts';
import { createAwsCaller } from '../../../src/adapters/aws/signed-call.ts';
import type { Mailer } from '../../../src/domain/shared/mail.ts';
import { required } from './environment.ts';

/** Mail as functions that somebody waits for send it: handed to the one that may. */
export function functionMailer(): Mailer {
  return createFunctionMailer(createAwsCaller(process.env, AWAITED_CALLS), required('SEND_MAIL_FUNCTION'));
}
