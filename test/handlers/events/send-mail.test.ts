import { expect, test } from 'vitest';
import { createMailSender } from '../../../functions/events/send-mail.ts';
import { createLogMailer } from '../../../src/adapters/system/log-mailer.ts';
import type { Mail } from '../../../src/domain/shared/mail.ts';
import { createRecordedLogger } from '../../support/recorded-logger.ts';

const MAIL = { to: 'ada@example.com', subject: 'A subject', text: 'secret-text' };

function createSender() {
  const mails: Mail[] = [];
  const logger = createRecordedLogger();
  const mailer = {
    async send(mail: Mail) {
      mails.push(mail);
    },
  };
  return { mails, logger, send: createMailSender({ mailer, logger }) };
}

test('what is handed over is sent, but for a mail to nobody', async () => {
  const { mails, logger, send } = createSender();
  await send(MAIL);
  await send({ ...MAIL, to: null });

  expect(mails).toEqual([MAIL]);
  expect(logger.lines).toEqual([]);
});

test('what is no mail is refused, so that it ends where people look', async () => {
  const { mails, send } = createSender();

  await expect(send({ ...MAIL, subject: 1 })).rejects.toThrow('subject');
  await expect(send({ ...MAIL, cc: 'eve@example.com' })).rejects.toThrow('cc');
  expect(mails).toEqual([]);
});

test('without a sender a warning says so, and nothing of the mail’s text or address', async () => {
  const { logger } = createSender();
  await createMailSender({ mailer: undefined, logger })(MAIL);

  expect(logger.lines).toEqual([
    { level: 'warn', message: 'mail is not set up', fields: { subject: MAIL.subject } },
  ]);
});

test('on a laptop a mail is a line of the log', async () => {
  const { logger } = createSender();
  await createLogMailer(logger).send(MAIL);
  await createLogMailer(logger).send({ ...MAIL, to: null });

  expect(logger.lines).toEqual([{ level: 'info', message: 'mail', fields: MAIL }]);
});
