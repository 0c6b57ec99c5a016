import { createHmac, createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { type JWTHeaderParameters, SignJWT } from 'jose';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTokens } from '../../../../src/adapters/identity/tokens.ts';
import type { TokenSigner, TokenVerifier } from '../../../../src/domain/identity/index.ts';
import { createTestKey, signingKeys, type TestKey } from '../../../support/identity.ts';
import { createTestClock, type TestClock } from '../../../support/test-clock.ts';
import { testId } from '../../../support/test-ids.ts';
import { TENANT, USER } from '../../../support/things.ts';

const SUBJECT = { sub: USER, tenant_id: TENANT, sid: testId('ses', 1), jti: testId('tok', 1) };
const ACCESS = { ...SUBJECT, email: 'ada@example.com', roles: ['owner' as const] };
const HEADER = { alg: 'EdDSA', kid: 'one', typ: 'at+jwt' };
const LIFETIME_MS = 900_000;

let own: TestKey;
let foreign: TestKey;
let clock: TestClock;
let tokens: TokenSigner & TokenVerifier;
beforeAll(async () => {
  [own, foreign] = await Promise.all([createTestKey('one'), createTestKey('two')]);
});
beforeEach(() => {
  clock = createTestClock();
  tokens = createTokens(signingKeys(own), clock);
});

const valid = () => ({
  from: clock.now().toISOString(),
  until: new Date(clock.now().getTime() + 7 * 86_400_000).toISOString(),
});
const now_s = () => clock.now().getTime() / 1000;
const payload = (): Record<string, unknown> => ({
  ...ACCESS,
  iss: 'branchline',
  aud: ['railway-api'],
  iat: now_s(),
  nbf: now_s(),
  exp: now_s() + 900,
});

/** A token with our key, of which a test changes what it likes; undefined takes a claim away. */
function forge(
  changes: Record<string, unknown> = {},
  header: Partial<JWTHeaderParameters> = {},
  key: TestKey = own,
): Promise<string> {
  const claims = Object.fromEntries(
    Object.entries({ ...payload(), ...changes }).filter(([, value]) => value !== undefined),
  );
  return new SignJWT(claims).setProtectedHeader({ ...HEADER, ...header }).sign(key.private_key);
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('an access token', () => {
  test('says what the brief’s claims say', async () => {
    const token = await tokens.signAccess(ACCESS);
    const [header, claims] = token
      .split('.', 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));

    expect(header).toEqual(HEADER);
    expect(claims).toEqual(payload());
    expect(await tokens.verifyAccess(token)).toEqual({ ...ACCESS, exp: now_s() + 900 });
  });

  test('is good until its end and not at it, whether or not it was seen before', async () => {
    const [seen, unseen] = await Promise.all([
      tokens.signAccess(ACCESS),
      tokens.signAccess({ ...ACCESS, email: 'b@example.com' }),
    ]);
    clock.advance(LIFETIME_MS - 1000);
    expect(await tokens.verifyAccess(seen)).toBeDefined();

    clock.advance(1000);
    expect(await tokens.verifyAccess(seen)).toBeUndefined();
    expect(await tokens.verifyAccess(unseen)).toBeUndefined();
  });

  test('of an earlier key is good while that key is still listed', async () => {
    const token = await tokens.signAccess(ACCESS);

    expect(await createTokens(signingKeys(foreign, own), clock).verifyAccess(token)).toBeDefined();
    expect(await createTokens(signingKeys(foreign), clock).verifyAccess(token)).toBeUndefined();
  });

  test('that is forged as a test does it, unchanged, is accepted: so each refusal below has its own cause', async () => {
    expect(await tokens.verifyAccess(await forge())).toBeDefined();
  });

  test.each([
    ['of another audience', { aud: ['other'] }],
    ['for refreshing', { aud: ['railway-refresh'] }],
    ['without an audience', { aud: undefined }],
    ['of another issuer', { iss: 'other' }],
    ['without an issuer', { iss: undefined }],
    ['without an end', { exp: undefined }],
    ['with text as its end', { exp: '9999999999' }],
    ['without a beginning', { nbf: undefined }],
    ['without its time of issue', { iat: undefined }],
    ['without an id', { jti: undefined }],
    ['without a subject', { sub: undefined }],
    ['without a tenant', { tenant_id: undefined }],
    ['without a session', { sid: undefined }],
    ['without an e-mail', { email: undefined }],
    ['without roles', { roles: undefined }],
    ['with an unknown role', { roles: ['root'] }],
    ['with roles that are no list', { roles: 'owner' }],
    ['of a tenant that is no id', { tenant_id: `${TENANT}#D#x` }],
    ['of a subject that is no id', { sub: 'usr_1' }],
  ])('%s is refused', async (_what, changes) => {
    expect(await tokens.verifyAccess(await forge(changes))).toBeUndefined();
  });

  test('that is not valid yet or already expired is refused', async () => {
    const [early, late] = await Promise.all([forge({ nbf: now_s() + 1 }), forge({ exp: now_s() - 1 })]);

    expect(await tokens.verifyAccess(early)).toBeUndefined();
    expect(await tokens.verifyAccess(late)).toBeUndefined();
  });

  test.each(['JWT', 'rt+jwt', undefined])('of the type %s is refused', async (typ) => {
    const { typ: _typ, ...header } = HEADER;
    const token = await new SignJWT(payload())
      .setProtectedHeader({ ...header, ...(typ === undefined ? {} : { typ }) })
      .sign(own.private_key);

    expect(await tokens.verifyAccess(token)).toBeUndefined();
  });

  test('of a foreign key is refused, also under our key’s name', async () => {
    expect(await tokens.verifyAccess(await forge({}, { kid: 'two' }, foreign))).toBeUndefined();
    expect(await tokens.verifyAccess(await forge({}, { kid: 'one' }, foreign))).toBeUndefined();
  });

  test('that brings its own key or names where one is, is refused', async () => {
    const jwk = { ...foreign.public_jwk };
    const brought: Partial<JWTHeaderParameters>[] = [
      { jwk },
      { jwk, kid: 'two' },
      { jku: 'https://evil.example.com/jwks.json', kid: 'two' },
      { x5u: 'https://evil.example.com/cert.pem', kid: 'two' },
    ];
    for (const header of brought) {
      expect(await tokens.verifyAccess(await forge({}, header, foreign))).toBeUndefined();
    }
  });

  test.each(['unknown', '', '__proto__', 'constructor', 5, null])(
    'that names the key %j is refused',
    async (kid) => {
      const [, claims, signature] = (await forge()).split('.');

      expect(
        await tokens.verifyAccess(`${encode({ ...HEADER, kid })}.${claims}.${signature}`),
      ).toBeUndefined();
      expect(
        await tokens.verifyAccess(`${encode({ alg: 'EdDSA', typ: 'at+jwt' })}.${claims}.${signature}`),
      ).toBeUndefined();
    },
  );

  test.each(['none', 'None', 'HS256', 'HS512', 'RS256', 'PS256', 'ES256', 'ES384', 'Ed448', 'eddsa', ''])(
    'of the algorithm %j is refused',
    async (alg) => {
      const [, claims, signature] = (await forge()).split('.');
      const header = encode({ ...HEADER, alg });

      expect(await tokens.verifyAccess(`${header}.${claims}.${signature}`)).toBeUndefined();
      expect(await tokens.verifyAccess(`${header}.${claims}.`)).toBeUndefined();
    },
  );

  test('signed with HMAC over our public key is refused, in whatever form the key is taken', async () => {
    const key = createPublicKey({ key: { ...own.public_jwk }, format: 'jwk' });
    const forms = [
      key.export({ type: 'spki', format: 'pem' }),
      key.export({ type: 'spki', format: 'der' }),
      JSON.stringify(own.public_jwk),
    ];
    for (const secret of forms) {
      const text = `${encode({ ...HEADER, alg: 'HS256' })}.${encode(payload())}`;
      const signature = createHmac('sha256', secret).update(text).digest('base64url');
      expect(await tokens.verifyAccess(`${text}.${signature}`)).toBeUndefined();
    }
  });

  test('with any of its characters changed is refused', async () => {
    const token = await tokens.signAccess(ACCESS);
    await tokens.verifyAccess(token);
    // The last character of a part can hold bits that mean nothing; all others count.
    const places = token
      .split('')
      .flatMap((character, at) =>
        character === '.' || token[at + 1] === '.' || at === token.length - 1 ? [] : [at],
      );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...places),
        fc.constantFrom('A', 'B', '-', '_', '.', ' '),
        async (at, other) => {
          fc.pre(token[at] !== other);
          const changed = `${token.slice(0, at)}${other}${token.slice(at + 1)}`;
          expect(await tokens.verifyAccess(changed)).toBeUndefined();
        },
      ),
    );
  });

  test('that is whatever text is refused without an error', async () => {
    const part = fc.oneof(
      fc.string(),
      fc.json().map((text) => Buffer.from(text).toString('base64url')),
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(part, { maxLength: 5 }).map((parts) => parts.join('.')),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        expect(await tokens.verifyAccess(text)).toBeUndefined();
        expect(await tokens.verifyRefresh(text)).toBeUndefined();
      }),
    );
  });
});

describe('a refresh token', () => {
  test('is good for seven days', async () => {
    const token = await tokens.signRefresh(SUBJECT, valid());
    clock.advance(7 * 86_400_000 - 1000);
    expect(await tokens.verifyRefresh(token)).toMatchObject(SUBJECT);

    clock.advance(1000);
    expect(await tokens.verifyRefresh(token)).toBeUndefined();
  });

  test('is good from and until the times that it was signed with', async () => {
    const from = new Date(clock.now().getTime() - 20_000).toISOString();
    const until = new Date(clock.now().getTime() + 5000).toISOString();
    const token = await tokens.signRefresh(SUBJECT, { from, until });
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as object;

    expect(claims).toMatchObject({ iat: now_s() - 20, nbf: now_s() - 20, exp: now_s() + 5 });
    expect(await tokens.verifyRefresh(token)).toBeDefined();
    clock.advance(5000);
    expect(await tokens.verifyRefresh(token)).toBeUndefined();
  });

  test('is the very same text whenever it is signed', async () => {
    const at = valid();
    const token = await tokens.signRefresh(SUBJECT, at);
    clock.advance(29_000);

    expect(await tokens.signRefresh(SUBJECT, at)).toBe(token);
    expect(await tokens.signRefresh({ ...SUBJECT, jti: testId('tok', 2) }, at)).not.toBe(token);
  });

  test('is no access token, and the other way round', async () => {
    const [access, refresh] = await Promise.all([
      tokens.signAccess(ACCESS),
      tokens.signRefresh(SUBJECT, valid()),
    ]);

    expect(await tokens.verifyAccess(refresh)).toBeUndefined();
    expect(await tokens.verifyRefresh(access)).toBeUndefined();
  });

  test('with any bit of any part changed is refused', async () => {
    const token = await tokens.signRefresh(SUBJECT, valid());
    const parts = token.split('.').map((part) => Buffer.from(part, 'base64url'));
    await fc.assert(
      fc.asyncProperty(fc.nat(2), fc.nat(), fc.nat(7), async (part, at, bit) => {
        const changed = parts.map((bytes) => Buffer.from(bytes));
        const bytes = changed[part] ?? Buffer.alloc(0);
        const place = at % bytes.length;
        bytes.writeUInt8(bytes.readUInt8(place) ^ (1 << bit), place);
        const text = changed.map((each) => each.toString('base64url')).join('.');
        expect(await tokens.verifyRefresh(text)).toBeUndefined();
      }),
    );
  });

  test.each([
    ['without an end', { exp: undefined }],
    ['without a beginning', { nbf: undefined }],
    ['that is not good yet', { nbf: 9_999_999_999 }],
    ['of another issuer', { iss: 'other' }],
    ['for the API', { aud: ['railway-api'] }],
    ['without an audience', { aud: undefined }],
  ])('%s is refused', async (_what, changes) => {
    const refreshing = { aud: ['railway-refresh'] };
    expect(await tokens.verifyRefresh(await forge(refreshing, { typ: 'rt+jwt' }))).toBeDefined();

    const token = await forge({ ...refreshing, ...changes }, { typ: 'rt+jwt' });
    expect(await tokens.verifyRefresh(token)).toBeUndefined();
  });

  test('does not become an access token by its audience or its type alone', async () => {
    const [typed, meant] = await Promise.all([
      forge({ aud: ['railway-refresh'] }, { typ: 'at+jwt' }),
      forge({ aud: ['railway-api'] }, { typ: 'rt+jwt' }),
    ]);

    for (const token of [typed, meant]) {
      expect(await tokens.verifyAccess(token)).toBeUndefined();
      expect(await tokens.verifyRefresh(token)).toBeUndefined();
    }
  });
});
