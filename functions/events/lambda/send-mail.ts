import { createSesMailer } from '../../../src/adapters/aws/ses-mailer.ts';
import { createLogger } from '../../../src/adapters/system/logger.ts';
import { awsCaller } from '../../runtime/aws/caller.ts';
import { logLevel, optional } from '../../runtime/aws/environment.ts';
import { createMailSender } from '../send-mail.ts';

const from = optional('MAIL_FROM');

export const handler = createMailSender({
  mailer: from === undefined ? undefined : createSesMailer(awsCaller(), from),
  logger: createLogger(logLevel()),
});
