import { createHash, createHmac } from 'node:crypto';

/** A request as AWS's Signature Version 4 sees it. */
export interface SignedParts {
  readonly method: string;
  /** With the query, as it was sent. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Signature {
  readonly access_key: string;
  readonly time: string;
  readonly scope: string;
  readonly signed_headers: readonly string[];
  readonly signature: string;
  /** Only an address has it. */
  readonly life_s: number | undefined;
}

/** What a request says of its own signature, in its header or its query. */
export function readSignature({ url, headers }: SignedParts): Signature | undefined {
  const query = new URL(url, 'http://host').searchParams;
  const fields =
    headers['authorization'] === undefined
      ? {
          credential: query.get('X-Amz-Credential'),
          signed: query.get('X-Amz-SignedHeaders'),
          signature: query.get('X-Amz-Signature'),
        }
      : /^AWS4-HMAC-SHA256 Credential=(?<credential>[^,]+), SignedHeaders=(?<signed>[^,]+), Signature=(?<signature>[0-9a-f]{64})$/.exec(
          headers['authorization'],
        )?.groups;
  const { credential, signed, signature } = fields ?? {};
  if (!credential || !signed || !signature) return undefined;
  const [access_key = '', ...scope] = credential.split('/');
  const life = query.get('X-Amz-Expires');
  return {
    access_key,
    time: headers['x-amz-date'] ?? query.get('X-Amz-Date') ?? '',
    scope: scope.join('/'),
    signed_headers: signed.split(';'),
    signature,
    life_s: life === null ? undefined : Number(life),
  };
}

/** The signature that the request must have, by the published algorithm; written from it and not from any client. */
export function expectedSignature(request: SignedParts, secret_key: string): string {
  const said = readSignature(request);
  if (said === undefined) return 'none';
  const { pathname, searchParams } = new URL(request.url, 'http://host');
  const query = [...searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const is_s3 = said.scope.split('/')[2] === 's3';
  const payload =
    request.headers['x-amz-content-sha256'] ??
    (is_s3 && request.headers['authorization'] === undefined ? 'UNSIGNED-PAYLOAD' : hash(request.body));
  const canonical = [
    request.method,
    pathname,
    query,
    ...said.signed_headers.map((name) => `${name}:${(request.headers[name] ?? '').trim()}`),
    '',
    said.signed_headers.join(';'),
    payload,
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', said.time, said.scope, hash(canonical)].join('\n');
  const key = said.scope
    .split('/')
    .reduce<Buffer>((last, part) => hmac(last, part), Buffer.from(`AWS4${secret_key}`));
  return hmac(key, text).toString('hex');
}

export function hash(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
