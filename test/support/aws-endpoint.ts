import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expectedSignature, hash, readSignature, type Signature } from './sigv4.ts';

/** A request as the endpoint received it. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly signature: Signature;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | AsyncIterable<Buffer>;
}

/** Decides what a request is answered; undefined breaks the connection. */
export type Responder = (request: ReceivedRequest) => Answer | undefined | Promise<Answer | undefined>;

export interface AwsEndpoint {
  /** What stands for AWS in the environment of what is tested. */
  readonly environment: Readonly<Record<string, string>>;
  readonly url: string;
  /** Every request with a good signature, in order. */
  readonly received: ReceivedRequest[];
  close(): Promise<void>;
}

export const CREDENTIALS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'secret',
  sessionToken: 'session/+=',
} as const;
export const REGION = 'eu-central-1';

/** An HTTP server that checks each request's signature as AWS does, before anybody answers it. */
export async function createAwsEndpoint(respond: Responder): Promise<AwsEndpoint> {
  const received: ReceivedRequest[] = [];
  const server = createServer((message, response) => {
    handle(message, response, respond, received).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    received,
    environment: {
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_SESSION_TOKEN: CREDENTIALS.sessionToken,
      AWS_ENDPOINT_URL: url,
    },
    close: () => close(server),
  };
}

async function handle(
  message: IncomingMessage,
  response: ServerResponse,
  respond: Responder,
  received: ReceivedRequest[],
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  const request = {
    method: message.method ?? '',
    url: message.url ?? '',
    headers: Object.fromEntries(
      Object.entries(message.headers).map(([name, value]) => [name, String(value)] as const),
    ),
    body: Buffer.concat(chunks),
  };
  const signature = readSignature(request);
  const problem = signature === undefined ? 'no signature' : problemOf(request, signature);
  if (signature === undefined || problem !== undefined) {
    response.writeHead(403).end(`<Error><Code>SignatureDoesNotMatch</Code>${problem}</Error>`);
    return;
  }
  const complete = { ...request, signature };
  received.push(complete);
  const answer = await respond(complete);
  if (answer === undefined) {
    response.destroy();
    return;
  }
  response.writeHead(answer.status ?? 200, { ...answer.headers });
  if (answer.body === undefined || typeof answer.body === 'string' || Buffer.isBuffer(answer.body)) {
    response.end(answer.body);
    return;
  }
  for await (const chunk of answer.body) await new Promise((sent) => response.write(chunk, sent));
  response.end();
}

function problemOf(request: Omit<ReceivedRequest, 'signature'>, said: Signature): string | undefined {
  const token = request.headers['x-amz-security-token'] ?? queryOf(request.url).get('X-Amz-Security-Token');
  if (said.access_key !== CREDENTIALS.accessKeyId || token !== CREDENTIALS.sessionToken) return 'credentials';
  if (said.signature !== expectedSignature(request, CREDENTIALS.secretAccessKey)) return 'signature';
  const stated = request.headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD';
  if (stated !== 'UNSIGNED-PAYLOAD' && stated !== hash(request.body)) return 'another body';
  // S3 takes no body of unknown length.
  if (request.headers['transfer-encoding'] !== undefined) return 'no length';
  return undefined;
}

export function queryOf(url: string): URLSearchParams {
  return new URL(url, 'http://host').searchParams;
}

async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
