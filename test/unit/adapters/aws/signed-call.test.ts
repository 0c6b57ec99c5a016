import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AwsCallError } from '../../../../src/adapters/aws/call-error.ts';
import { createAwsCaller } from '../../../../src/adapters/aws/signed-call.ts';
import { type Answer, type AwsEndpoint, createAwsEndpoint } from '../../../support/aws-endpoint.ts';

let endpoint: AwsEndpoint | undefined;
afterEach(async () => {
  vi.unstubAllGlobals();
  await endpoint?.close();
  endpoint = undefined;
});

/** An endpoint that answers each request with the next of these; null breaks the connection. */
async function serve(...answers: readonly (Answer | null)[]) {
  const opened = await createAwsEndpoint(
    () => answers[Math.min(opened.received.length, answers.length) - 1] ?? undefined,
  );
  endpoint = opened;
  return opened;
}

describe('a signed call', () => {
  it('of the JSON protocol carries its target, its input and a signature for its service and region', async () => {
    const { received, environment } = await serve({ body: '{"Parameter":{"Value":"v"}}' });
    const aws = createAwsCaller(environment);
    expect(await aws.callJson('ssm', 'AmazonSSM.GetParameter', { Name: 'n' })).toEqual({
      Parameter: { Value: 'v' },
    });
    const [request] = received;
    expect(request).toMatchObject({ method: 'POST', url: '/', body: Buffer.from('{"Name":"n"}') });
    expect(request?.headers).toMatchObject({
      'x-amz-target': 'AmazonSSM.GetParameter',
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-security-token': environment['AWS_SESSION_TOKEN'],
    });
    expect(request?.signature.scope).toMatch(/^\d{8}\/eu-central-1\/ssm\/aws4_request$/);
    expect(request?.signature.signed_headers).toContain('x-amz-target');
  });

  it('of the Query protocol sends a form and returns the XML', async () => {
    const { received, environment, url } = await serve({ body: '<Answer/>' });
    const aws = createAwsCaller({
      ...environment,
      AWS_ENDPOINT_URL_STS: url,
      AWS_ENDPOINT_URL: 'http://no',
    });
    expect(await aws.callQuery('sts', { Action: 'AssumeRole', RoleArn: 'a:b/c d' })).toBe('<Answer/>');
    expect(received[0]?.body.toString()).toBe('Action=AssumeRole&RoleArn=a%3Ab%2Fc+d');
  });

  it.each([
    ['{"__type":"com.amazonaws.ssm#ParameterNotFound","message":"no"}', 'ParameterNotFound'],
    ['{"__type":"LimitExceededException"}', 'LimitExceededException'],
    ['<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>', 'AccessDenied'],
    ['what?', 'Unknown'],
  ])('that is refused with %s throws the code %s, and is not repeated', async (body, code) => {
    const { environment, received } = await serve({ status: 400, body });
    const refused = createAwsCaller(environment).callJson('ssm', 'AmazonSSM.GetParameter', {});
    await expect(refused).rejects.toThrow(AwsCallError);
    await expect(refused).rejects.toMatchObject({ code, status: 400 });
    expect(received).toHaveLength(1);
  });

  it.each<[string, Answer | null]>([
    ['fails', { status: 500 }],
    ['has too many requests', { status: 429 }],
    ['throttles in JSON', { status: 400, body: '{"__type":"ThrottlingException"}' }],
    ['throttles in XML', { status: 400, body: '<Error><Code>Throttling</Code></Error>' }],
    ['breaks the connection', null],
  ])('is repeated, signed anew, when the service %s, and then succeeds', async (_what, first) => {
    const { received, environment } = await serve(first, { body: '{}' });
    const aws = createAwsCaller(environment);
    expect(await aws.callJson('ssm', 'AmazonSSM.PutParameter', { Name: 'n' })).toEqual({});
    expect(received.map(({ body }) => body.toString())).toEqual(['{"Name":"n"}', '{"Name":"n"}']);
  });

  it.each<[string, Answer | null, object]>([
    ['throttles', { status: 400, body: '{"__type":"ThrottlingException"}' }, { code: 'ThrottlingException' }],
    ['fails', { status: 503 }, { status: 503 }],
    ['breaks the connection', null, { status: 0 }],
  ])('is given up after four attempts while the service %s', async (_what, answer, error) => {
    const { received, environment } = await serve(answer);
    const aws = createAwsCaller(environment);
    await expect(aws.callJson('ssm', 'AmazonSSM.GetParameter', {})).rejects.toMatchObject(error);
    expect(received).toHaveLength(4);
  });

  it('is given up after four attempts that each took too long', async () => {
    let attempts = 0;
    vi.stubGlobal('fetch', async (_request: Request, { signal }: { readonly signal: AbortSignal }) => {
      attempts += 1;
      await once(signal, 'abort');
      throw signal.reason;
    });
    const { environment } = await serve();
    const refused = createAwsCaller(environment, { timeout_ms: 5 }).callQuery('sts', {});
    await expect(refused).rejects.toMatchObject({ code: 'TimeoutError', status: 0 });
    await expect(refused).rejects.toThrow('No answer within 5 ms');
    expect(attempts).toBe(4);
  });

  it('that nobody answers says why', async () => {
    const closed = await serve();
    await closed.close();
    const refused = createAwsCaller(closed.environment).callQuery('sts', {});
    await expect(refused).rejects.toMatchObject({ code: 'ECONNREFUSED', status: 0 });
    await expect(refused).rejects.toThrow(/^sts did not answer ECONNREFUSED: /);
    endpoint = undefined;
  });

  it('follows no redirect: it would carry the signature elsewhere', async () => {
    const { received, environment, url } = await serve(
      { status: 307, headers: { location: '/elsewhere' } },
      { body: '{}' },
    );
    const refused = createAwsCaller(environment).callJson('ssm', 'AmazonSSM.GetParameter', {});
    await expect(refused).resolves.toEqual({});
    expect(received.map((request) => new URL(request.url, url).pathname)).toEqual(['/', '/']);
  });

  it.each([
    ['sts', 'eu-central-1', 'https://sts.eu-central-1.amazonaws.com/'],
    ['ecr', 'eu-central-1', 'https://api.ecr.eu-central-1.amazonaws.com/'],
    ['ssm', 'cn-north-1', 'https://ssm.cn-north-1.amazonaws.com.cn/'],
  ])('of %s in %s goes to %s', async (service, region, address) => {
    const sent: string[] = [];
    vi.stubGlobal('fetch', async (request: Request) => {
      sent.push(request.url);
      return new Response('{}');
    });
    const environment = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_REGION: region };
    await createAwsCaller(environment).callJson(service, 'Target.Operation', {});
    expect(sent).toEqual([address]);
  });

  it('cannot be made without credentials, and says which variable lacks', async () => {
    const { environment } = await serve();
    expect(() => createAwsCaller({ ...environment, AWS_SECRET_ACCESS_KEY: '' })).toThrow(
      'The environment lacks AWS_SECRET_ACCESS_KEY',
    );
  });
});
