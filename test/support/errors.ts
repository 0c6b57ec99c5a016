import { expect } from 'vitest';
import type { ErrorCode } from '../../src/domain/shared/errors.ts';

/** Expects work to be refused with a code. */
export async function expectCode(work: Promise<unknown>, code: ErrorCode): Promise<void> {
  await expect(work).rejects.toMatchObject({ code });
}
