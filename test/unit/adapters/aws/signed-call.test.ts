import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { AwsCallError, createAwsCaller } from '../../../../src/adapters/aws/signed-call.ts';

interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server that answers each request with the next of these. */
async function serve(...answers: readonly { readonly status: number; readonly body: string }[]) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const answer = answers[Math.min(received.length, answers.length - 1)];
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(answer?.status ?? 500).end(answer?.body);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { received, endpoint };
}

const ENVIRONMENT = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'session',
};

describe('a signed call', () => {
  it('of the JSON protocol carries its target, its input and a signature for its service and region', async () => {
    const { received, endpoint } = await serve({ status: 200, body: '{"Parameter":{"Value":"v"}}' });
    const aws = createAwsCaller({ ...ENVIRONMENT, AWS_ENDPOINT_URL: endpoint });
    expect(await aws.callJson('ssm', 'AmazonSSM.GetParameter', { Name: 'n' })).toEqual({
      Parameter: { Value: 'v' },
    });
    const [request] = received;
    expect(request?.body).toBe('{"Name":"n"}');
    expect(request?.headers).toMatchObject({
      'x-amz-target': 'AmazonSSM.GetParameter',
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-security-token': 'session',
    });
    expect(request?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/ssm\/aws4_request, SignedHeaders=[a-z0-9;-]*x-amz-target[a-z0-9;-]*, Signature=[0-9a-f]{64}$/,
    );
  });

  it('of the Query protocol sends a form and returns the XML', async () => {
    const { received, endpoint } = await serve({ status: 200, body: '<Answer/>' });
    const aws = createAwsCaller({
      ...ENVIRONMENT,
      AWS_ENDPOINT_URL_STS: endpoint,
      AWS_ENDPOINT_URL: 'http://no',
    });
    expect(await aws.callQuery('sts', { Action: 'AssumeRole', RoleArn: 'a:b/c d' })).toBe('<Answer/>');
    expect(received[0]?.body).toBe('Action=AssumeRole&RoleArn=a%3Ab%2Fc+d');
  });

  it.each([
    ['{"__type":"com.amazonaws.ssm#ParameterNotFound","message":"no"}', 'ParameterNotFound'],
    ['{"__type":"ThrottlingException"}', 'ThrottlingException'],
    ['<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>', 'AccessDenied'],
    ['what?', 'Unknown'],
  ])('that is refused with %s throws the code %s', async (body, code) => {
    const { endpoint } = await serve({ status: 400, body });
    const aws = createAwsCaller({ ...ENVIRONMENT, AWS_ENDPOINT_URL: endpoint });
    const refused = aws.callJson('ssm', 'AmazonSSM.GetParameter', {});
    await expect(refused).rejects.toThrow(AwsCallError);
    await expect(refused).rejects.toMatchObject({ code, status: 400 });
  });

  it('is repeated when the service fails, and then succeeds', async () => {
    const { received, endpoint } = await serve({ status: 500, body: '' }, { status: 200, body: '{}' });
    const aws = createAwsCaller({ ...ENVIRONMENT, AWS_ENDPOINT_URL: endpoint });
    expect(await aws.callJson('ssm', 'AmazonSSM.PutParameter', {})).toEqual({});
    expect(received).toHaveLength(2);
  });

  it('cannot be made without credentials, and says which variable lacks', () => {
    expect(() => createAwsCaller({ ...ENVIRONMENT, AWS_SECRET_ACCESS_KEY: '' })).toThrow(
      'The environment lacks AWS_SECRET_ACCESS_KEY',
    );
  });
});
