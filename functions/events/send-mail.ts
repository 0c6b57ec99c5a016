import { type Mailer, mailSchema } from '../../src/domain/shared/mail.ts';
import type { Logger } from '../../src/domain/shared/ports.ts';

/** Sends what it is handed. A mail without a recipient ends here: whoever handed it over can't be told from one who knew
 *  an address.
 *  @param mailer - undefined where no sender's address is set up: then a warning says so, and of the mail nothing but its
 *  subject */
export function createMailSender(deps: { readonly mailer: Mailer | undefined; readonly logger: Logger }) {
  return async (input: unknown): Promise<void> => {
    const mail = mailSchema.parse(input);
    if (mail.to === null) return;
    if (deps.mailer === undefined) deps.logger.warn('mail is not set up', { subject: mail.subject });
    else await deps.mailer.send(mail);
  };
}
