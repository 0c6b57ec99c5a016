import { createHash } from 'node:crypto';
import { isAppError } from '../../../src/domain/shared/errors.ts';
import type { Logger } from '../../../src/domain/shared/ports.ts';

/** The attempt that a line is about. */
interface Attempt {
  readonly email: string;
  readonly address: string;
  readonly request_id: string;
}

/** Logs how an attempt to sign in ends (ASVS 16.3.1). A failed one has the SHA-256 of the e-mail address alone: it may be
 *  somebody's password in the wrong field. */
export async function logSignIn<T extends { readonly user: { readonly id: string } }>(
  logger: Logger,
  { email, address, request_id }: Attempt,
  work: () => Promise<T>,
): Promise<T> {
  try {
    const result = await work();
    logger.info('signed in', { user_id: result.user.id, ip: address, request_id });
    return result;
  } catch (error) {
    const account_hash = createHash('sha256').update(email).digest('hex');
    const reason = isAppError(error) ? error.code : 'INTERNAL';
    logger.warn('sign-in failed', { account_hash, ip: address, reason, request_id });
    throw error;
  }
}
