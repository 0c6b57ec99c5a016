import type { Mailer } from '../../domain/shared/mail.ts';
import { toAnswerable } from './call-failure.ts';
import type { AwsCaller } from './signed-call.ts';

/** Mail through the function that alone may send it. Nobody waits for it, so a mail without a recipient takes the same
 *  call and the same time as any other.
 *  @param function_name - the function's */
export function createFunctionMailer(aws: Pick<AwsCaller, 'callRest'>, function_name: string): Mailer {
  return {
    async send(mail) {
      try {
        await aws.callRest('lambda', `2015-03-31/functions/${function_name}/invocations`, mail, {
          'x-amz-invocation-type': 'Event',
        });
      } catch (error) {
        throw toAnswerable(error);
      }
    },
  };
}
