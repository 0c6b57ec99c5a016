import type { Mailer } from '../../domain/shared/mail.ts';
import type { Logger } from '../../domain/shared/ports.ts';

/** The laptop's mail: written to its own log, where whoever runs it reads it. That includes the tokens in it, since there
 *  is no other way to get them; so this is for a laptop alone. */
export function createLogMailer(logger: Pick<Logger, 'info'>): Mailer {
  return {
    async send({ to, subject, text }) {
      if (to !== null) logger.info('mail', { to, subject, text });
    },
  };
}
