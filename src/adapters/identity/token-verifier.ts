import { createHash } from 'node:crypto';
import { type CryptoKey, errors, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import {
  ACCESS_AUDIENCE,
  type AccessClaims,
  accessClaimsSchema,
  REFRESH_AUDIENCE,
  refreshClaimsSchema,
  type TokenVerifier,
} from '../../domain/identity/index.ts';
import type { Clock } from '../../domain/shared/ports.ts';
import { ISSUER, SIGNING_ALGORITHM, type VerificationKeys } from './signing-keys.ts';

export const ACCESS_TYPE = 'at+jwt';
export const REFRESH_TYPE = 'rt+jwt';

const MAX_VERIFIED = 2000;

/** Verifies JWTs as RFC 8725 wants it: one algorithm, our own keys only (jku, x5u and jwk are ignored), and type,
 *  audience, issuer and times checked. */
export function createTokenVerifier(keys: VerificationKeys, clock: Clock): TokenVerifier {
  // A signature once found good stays good; the end is checked at every use.
  const verified = new LRUCache<string, AccessClaims>({ max: MAX_VERIFIED });
  const now_s = () => Math.floor(clock.now().getTime() / 1000);

  const verify = async (token: string, type: string, audience: string): Promise<JWTPayload | undefined> => {
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
    async verifyAccess(token) {
      const digest = createHash('sha256').update(token).digest('base64');
      const known = verified.get(digest);
      if (known !== undefined) return known.exp > now_s() ? known : undefined;
      const claims = accessClaimsSchema.safeParse(await verify(token, ACCESS_TYPE, ACCESS_AUDIENCE));
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

async function findKey(keys: VerificationKeys, kid: string | undefined): Promise<CryptoKey> {
  const key = kid === undefined ? undefined : await keys.find(kid);
  if (key === undefined) throw new errors.JWSInvalid('Unknown key');
  return key;
}
