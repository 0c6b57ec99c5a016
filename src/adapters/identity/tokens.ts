import { createHash } from 'node:crypto';
import { type CryptoKey, errors, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import {
  ACCESS_AUDIENCE,
  ACCESS_TOKEN_LIFETIME_S,
  type AccessClaims,
  accessClaimsSchema,
  REFRESH_AUDIENCE,
  REFRESH_TOKEN_LIFETIME_S,
  refreshClaimsSchema,
  type TokenSigner,
  type TokenVerifier,
} from '../../domain/identity/index.ts';
import type { Clock } from '../../domain/shared/ports.ts';

export const SIGNING_ALGORITHM = 'ES256';
export const ISSUER = 'branchline';

const ACCESS_TYPE = 'at+jwt';
const REFRESH_TYPE = 'rt+jwt';

/** Keys by `kid`; the newest signs, all verify, so that a rotation overlaps. */
export interface SigningKeys {
  readonly current: { readonly kid: string; readonly private_key: CryptoKey };
  readonly public_keys: ReadonlyMap<string, CryptoKey>;
}

/** JWTs as RFC 8725 wants them: one algorithm, our own keys only (jku, x5u and jwk are ignored), typ and aud checked. */
export function createTokens(keys: SigningKeys, clock: Clock): TokenSigner & TokenVerifier {
  // A signature once found good stays good; the times are checked at every use.
  const verified = new LRUCache<string, AccessClaims>({ max: 2000 });
  const now_s = () => Math.floor(clock.now().getTime() / 1000);

  const sign = (claims: object, type: string, audience: string, lifetime_s: number): Promise<string> =>
    new SignJWT({ ...claims })
      .setProtectedHeader({ alg: SIGNING_ALGORITHM, kid: keys.current.kid, typ: type })
      .setIssuer(ISSUER)
      .setAudience([audience])
      .setIssuedAt(now_s())
      .setNotBefore(now_s())
      .setExpirationTime(now_s() + lifetime_s)
      .sign(keys.current.private_key);

  const verify = async (token: string, type: string, audience: string) => {
    try {
      const { payload } = await jwtVerify(token, (header) => findKey(keys, header.kid), {
        algorithms: [SIGNING_ALGORITHM],
        typ: type,
        audience,
        issuer: ISSUER,
        currentDate: clock.now(),
        requiredClaims: ['exp', 'nbf', 'iat', 'jti', 'sub'],
      });
      return payload;
    } catch (error) {
      // Whatever is wrong with a token, the answer is the same: it is not valid.
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  };

  return {
    signAccess: (claims) => sign(claims, ACCESS_TYPE, ACCESS_AUDIENCE, ACCESS_TOKEN_LIFETIME_S),
    signRefresh: (claims) => sign(claims, REFRESH_TYPE, REFRESH_AUDIENCE, REFRESH_TOKEN_LIFETIME_S),

    async verifyAccess(token) {
      const digest = createHash('sha256').update(token).digest('base64');
      const known = verified.get(digest);
      if (known !== undefined) return known.exp > now_s() ? known : undefined;
      const payload = await verify(token, ACCESS_TYPE, ACCESS_AUDIENCE);
      const claims = accessClaimsSchema.safeParse(payload);
      if (!claims.success) return undefined;
      verified.set(digest, claims.data);
      return claims.data;
    },

    async verifyRefresh(token) {
      const claims = refreshClaimsSchema.safeParse(await verify(token, REFRESH_TYPE, REFRESH_AUDIENCE));
      return claims.success ? claims.data : undefined;
    },
  };
}

function findKey(keys: SigningKeys, kid: string | undefined): CryptoKey {
  const key = kid === undefined ? undefined : keys.public_keys.get(kid);
  if (key === undefined) throw new errors.JWSInvalid('Unknown key');
  return key;
}
