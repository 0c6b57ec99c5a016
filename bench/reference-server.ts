import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import fastify from 'fastify';
import { type CryptoKey, importJWK, jwtVerify, SignJWT } from 'jose';

/** What a request is compared with: Fastify, a JWT of our algorithm verified by the same library, one row read. */
const { privateKey } = generateKeyPairSync('ed25519');
const importKey = async (jwk: object) => (await importJWK({ ...jwk }, 'EdDSA')) as CryptoKey;
const private_key = await importKey(privateKey.export({ format: 'jwk' }));
const public_key = await importKey(createPublicKey(privateKey).export({ format: 'jwk' }));
const token = await new SignJWT({ sub: 'user' })
  .setProtectedHeader({ alg: 'EdDSA' })
  .setExpirationTime('1h')
  .sign(private_key);

const database = new DatabaseSync(':memory:');
database.exec('CREATE TABLE projects (id TEXT PRIMARY KEY, body TEXT NOT NULL)');
const body = JSON.stringify({ name: 'project', description: 'x'.repeat(100), recent_deployments: [] });
database.prepare('INSERT INTO projects VALUES (?, ?)').run('one', body);
const select = database.prepare('SELECT body FROM projects WHERE id = ?');

const app = fastify({ forceCloseConnections: true });
app.get<{ Params: { id: string } }>('/projects/:id', async (request, reply) => {
  const bearer = request.headers.authorization?.slice('Bearer '.length) ?? '';
  await jwtVerify(bearer, public_key, { algorithms: ['EdDSA'] });
  const row = select.get(request.params.id);
  if (row === undefined) return reply.code(404).send();
  return JSON.parse(String(row['body'])) as unknown;
});
app.get('/token', async () => ({ token }));
await app.listen({ port: 0, host: '127.0.0.1' });
process.once('SIGTERM', () => void app.close());
process.stdout.write(`Reference at http://127.0.0.1:${(app.server.address() as AddressInfo).port}\n`);
