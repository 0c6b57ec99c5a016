import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';

/** A whole answer of the API or of an app. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface HttpQuestion {
  /** The Host header; the API's own when there is none. */
  readonly host?: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends a request to 127.0.0.1 with a Host header of its own, on a connection of its own. */
export async function send(port: number, question: HttpQuestion): Promise<HttpAnswer> {
  const response = await open(port, question);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: Buffer.concat(chunks).toString('utf8'),
  };
}

/** As {@link send}, but returns as soon as the head of the answer is there: for streams. */
export function open(port: number, question: HttpQuestion): Promise<IncomingMessage> {
  const { host = `localhost:${port}`, method = 'GET', path = '/', headers = {}, body } = question;
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const asking = request(
      { host: '127.0.0.1', port, method, path, agent: false, headers: { host, ...length, ...headers } },
      resolve,
    );
    asking.once('error', reject);
    asking.end(body);
  });
}

/** Host header of an app's address. */
export function hostOf(url: string | null): string {
  if (url === null) throw new Error('The deployment has no address');
  return new URL(url).host;
}
