import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A key with its certificate, which is its own authority. */
export interface Certificate {
  readonly address: string;
  readonly key: string;
  readonly cert: string;
  /** For NODE_EXTRA_CA_CERTS of who is to trust it. */
  readonly file: string;
}

/** @param address - the IP address that it is for @param directory - where both files come to lie */
export async function makeCertificate(address: string, directory: string): Promise<Certificate> {
  const key_file = join(directory, 'key.pem');
  const file = join(directory, 'certificate.pem');
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const names = ['-subj', `/CN=${address}`, '-addext', `subjectAltName=IP:${address}`];
  await run('openssl', ['req', '-x509', ...curve, ...names, '-keyout', key_file, '-out', file]);
  return { address, key: await readFile(key_file, 'utf8'), cert: await readFile(file, 'utf8'), file };
}
