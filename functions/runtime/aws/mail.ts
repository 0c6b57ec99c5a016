import { AWAITED_CALLS } from '../../../src/adapters/aws/call-limits.ts';
import { createFunctionMailer } from '../../../src/adapters/aws/function-mailer.ts';
import type { Mailer } from '../../../src/domain/shared/mail.ts';
import { awsCaller } from './caller.ts';
import { required } from './environment.ts';

/** Mail as functions that somebody waits for send it: handed to the one that may. */
export function functionMailer(): Mailer {
  return createFunctionMailer(awsCaller(AWAITED_CALLS), required('SEND_MAIL_FUNCTION'));
}
