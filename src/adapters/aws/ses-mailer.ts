import type { Mailer } from '../../domain/shared/mail.ts';
import type { AwsCaller } from './signed-call.ts';

/** Mail through Amazon SES (v2, SendEmail).
 *  @param from - an address that SES knows to be the operator's */
export function createSesMailer(aws: Pick<AwsCaller, 'callRest'>, from: string): Mailer {
  return {
    async send({ to, subject, text }) {
      if (to === null) return;
      await aws.callRest('ses', 'v2/email/outbound-emails', {
        FromEmailAddress: from,
        Destination: { ToAddresses: [to] },
        // A name that somebody chose may hold a line's end, which no header can.
        Content: {
          Simple: { Subject: content(subject.replace(/\s+/g, ' ')), Body: { Text: content(text) } },
        },
      });
    },
  };
}

function content(text: string) {
  return { Data: text, Charset: 'UTF-8' };
}
