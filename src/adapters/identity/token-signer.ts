import { SignJWT } from 'jose';
import {
  ACCESS_AUDIENCE,
  ACCESS_TOKEN_LIFETIME_S,
  REFRESH_AUDIENCE,
  REFRESH_TOKEN_LIFETIME_S,
  type TokenSigner,
} from '../../domain/identity/index.ts';
import type { Clock } from '../../domain/shared/ports.ts';
import { ISSUER, SIGNING_ALGORITHM, type SigningKeys } from './signing-keys.ts';
import { ACCESS_TYPE, REFRESH_TYPE } from './token-verifier.ts';

/** Signs access and refresh tokens with the current key. */
export function createTokenSigner(keys: SigningKeys, clock: Clock): TokenSigner {
  const sign = async (
    claims: object,
    type: string,
    audience: string,
    lifetime_s: number,
  ): Promise<string> => {
    const { kid, private_key } = await keys.current();
    const now_s = Math.floor(clock.now().getTime() / 1000);
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: SIGNING_ALGORITHM, kid, typ: type })
      .setIssuer(ISSUER)
      .setAudience([audience])
      .setIssuedAt(now_s)
      .setNotBefore(now_s)
      .setExpirationTime(now_s + lifetime_s)
      .sign(private_key);
  };
  return {
    signAccess: (claims) => sign(claims, ACCESS_TYPE, ACCESS_AUDIENCE, ACCESS_TOKEN_LIFETIME_S),
    signRefresh: (claims) => sign(claims, REFRESH_TYPE, REFRESH_AUDIENCE, REFRESH_TOKEN_LIFETIME_S),
  };
}
