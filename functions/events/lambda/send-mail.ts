import process from 'node:process';
import { createSesMailer } from '../../../src/adapters/aws/ses-mailer.ts';
import { createAwsCaller } from '../../../src/adapters/aws/signed-call.ts';
import { createLogger } from '../../../src/adapters/system/logger.ts';
import { logLevel, optional } from '../../runtime/aws/environment.ts';
import { createMailSender } from '../send-mail.ts';

const from = optional('MAIL_FROM');

export const handler = createMailSender({
  mailer: from === undefined ? undefined : createSesMailer(createAwsCaller(process.env), from),
  logger: createLogger(logLevel()),
});
