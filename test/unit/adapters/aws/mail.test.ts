import { afterEach, describe, expect, test } from 'vitest';
import { createFunctionMailer } from '../../../../src/adapters/aws/function-mailer.ts';
import { createSesMailer } from '../../../../src/adapters/aws/ses-mailer.ts';
import { createAwsCaller } from '../../../../src/adapters/aws/signed-call.ts';
import { type Answer, type AwsEndpoint, createAwsEndpoint } from '../../../support/aws-endpoint.ts';
import { expectCode } from '../../../support/errors.ts';

const MAIL = { to: 'ada@example.com', subject: 'A subject', text: 'Zeilen,\nmit ü' };

let endpoint: AwsEndpoint;
afterEach(() => endpoint.close());

async function serve(answer: Answer) {
  endpoint = await createAwsEndpoint(() => answer);
  return createAwsCaller(endpoint.environment, { attempts: 1 });
}

describe('mail through the function that sends it', () => {
  test.each([MAIL.to, null])('to %s is one call that waits for nothing', async (to) => {
    const aws = await serve({ status: 202 });
    await createFunctionMailer(aws, 'branchline-dev-send-mail').send({ ...MAIL, to });

    expect(endpoint.received).toMatchObject([
      { method: 'POST', url: '/2015-03-31/functions/branchline-dev-send-mail/invocations' },
    ]);
    const [request] = endpoint.received;
    expect(request?.headers['x-amz-invocation-type']).toBe('Event');
    expect(request?.signature.scope).toMatch(/\/eu-central-1\/lambda\/aws4_request$/);
    expect(JSON.parse(String(request?.body))).toEqual({ ...MAIL, to });
  });

  test.each([
    [500, 'SERVICE_UNAVAILABLE'],
    [403, 'UPSTREAM_FAILED'],
  ] as const)('that is answered %d fails as %s', async (status, code) => {
    const mailer = createFunctionMailer(await serve({ status }), 'send-mail');

    await expectCode(mailer.send(MAIL), code);
  });
});

describe('mail through SES', () => {
  test('is one call of SendEmail, in plain text', async () => {
    const aws = await serve({ body: '{"MessageId":"1"}' });
    await createSesMailer(aws, 'paas@example.com').send(MAIL);

    expect(endpoint.received).toMatchObject([{ method: 'POST', url: '/v2/email/outbound-emails' }]);
    expect(endpoint.received[0]?.signature.scope).toMatch(/\/ses\/aws4_request$/);
    expect(JSON.parse(String(endpoint.received[0]?.body))).toEqual({
      FromEmailAddress: 'paas@example.com',
      Destination: { ToAddresses: [MAIL.to] },
      Content: {
        Simple: {
          Subject: { Data: MAIL.subject, Charset: 'UTF-8' },
          Body: { Text: { Data: MAIL.text, Charset: 'UTF-8' } },
        },
      },
    });
  });

  test('puts no line’s end into a header, whatever somebody called their team', async () => {
    const aws = await serve({ body: '{}' });
    await createSesMailer(aws, 'paas@example.com').send({ ...MAIL, subject: 'Join a\r\nBcc: b\n' });

    expect(String(endpoint.received[0]?.body)).toContain('"Data":"Join a Bcc: b "');
  });

  test('to nobody is no call', async () => {
    await createSesMailer(await serve({}), 'paas@example.com').send({ ...MAIL, to: null });

    expect(endpoint.received).toEqual([]);
  });
});
