import { describe, expect, it } from 'vitest';
import { expectedSignature, hash } from '../../../support/sigv4.ts';

// Amazon S3 API Reference, "Authenticating Requests": the examples' own key and signatures.
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const HOST = 'examplebucket.s3.amazonaws.com';
const CREDENTIAL = 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request';

describe('the signature that the test endpoint demands', () => {
  it('is the one that AWS publishes for a request', () => {
    const signature = 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41';
    const headers = {
      host: HOST,
      range: 'bytes=0-9',
      'x-amz-content-sha256': hash(''),
      'x-amz-date': '20130524T000000Z',
      authorization: `AWS4-HMAC-SHA256 Credential=${CREDENTIAL}, SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature=${'0'.repeat(64)}`,
    };
    const request = { method: 'GET', url: '/test.txt', headers, body: Buffer.alloc(0) };
    expect(expectedSignature(request, SECRET)).toBe(signature);
    expect(expectedSignature({ ...request, url: '/other.txt' }, SECRET)).not.toBe(signature);
  });

  it('is the one that AWS publishes for an address', () => {
    const signature = 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404';
    const url = `/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(CREDENTIAL)}&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=${'0'.repeat(64)}`;
    const request = { method: 'GET', url, headers: { host: HOST }, body: Buffer.alloc(0) };
    expect(expectedSignature(request, SECRET)).toBe(signature);
    expect(expectedSignature({ ...request, method: 'PUT' }, SECRET)).not.toBe(signature);
  });
});
