import { SignJWT } from 'jose';
import {
  ACCESS_AUDIENCE,
  ACCESS_TOKEN_LIFETIME_S,
  REFRESH_AUDIENCE,
  type TokenSigner,
} from '../../domain/identity/index.ts';
import type { Clock } from '../../domain/shared/ports.ts';
import { ISSUER, SIGNING_ALGORITHM, type SigningKeys } from './signing-keys.ts';
import { ACCESS_TYPE, REFRESH_TYPE } from './token-verifier.ts';

/** Signs access and refresh tokens, each with the key of the moment from which it is valid. */
export function createTokenSigner(keys: SigningKeys, clock: Clock): TokenSigner {
  const sign = async (claims: object, { type, audience, from_ms, until_ms }: Stamp): Promise<string> => {
    const { kid, private_key } = await keys.signerAt(new Date(from_ms));
    const from_s = Math.floor(from_ms / 1000);
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: SIGNING_ALGORITHM, kid, typ: type })
      .setIssuer(ISSUER)
      .setAudience([audience])
      .setIssuedAt(from_s)
      .setNotBefore(from_s)
      .setExpirationTime(Math.floor(until_ms / 1000))
      .sign(private_key);
  };
  return {
    signAccess(claims) {
      const from_ms = clock.now().getTime();
      const until_ms = from_ms + ACCESS_TOKEN_LIFETIME_S * 1000;
      return sign(claims, { type: ACCESS_TYPE, audience: ACCESS_AUDIENCE, from_ms, until_ms });
    },
    signRefresh(claims, { from, until }) {
      const stamp = { from_ms: Date.parse(from), until_ms: Date.parse(until) };
      return sign(claims, { type: REFRESH_TYPE, audience: REFRESH_AUDIENCE, ...stamp });
    },
  };
}

interface Stamp {
  readonly type: string;
  readonly audience: string;
  readonly from_ms: number;
  readonly until_ms: number;
}
