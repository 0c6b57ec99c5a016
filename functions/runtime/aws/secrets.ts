import { randomBytes } from 'node:crypto';
import { AWAITED_CALLS } from '../../../src/adapters/aws/call-limits.ts';
import { createParameterVerificationKeys } from '../../../src/adapters/aws/parameter-keys.ts';
import {
  createParameterSigningKeys,
  type ParameterSigningKeysOptions,
} from '../../../src/adapters/aws/parameter-signing-keys.ts';
import { createParameters } from '../../../src/adapters/aws/parameters.ts';
import type { SigningKeys } from '../../../src/adapters/identity/signing-keys.ts';
import type { Sealer } from '../../../src/adapters/stores/sealer.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { createCursorCodec } from '../../../src/adapters/system/cursors.ts';
import { createSealer } from '../../../src/adapters/system/sealer.ts';
import type { CursorCodec } from '../../../src/contracts/http/cursor.ts';
import { awsCaller } from './caller.ts';
import { required } from './environment.ts';

const SECRET_BYTES = 32;

/** The public keys that verify tokens. */
export function verificationKeys() {
  return createParameterVerificationKeys(keyOptions());
}

/** The keys that sign; only the sign-in function's role may read them, and that of the function that rotates them. */
export function signingKeys(): SigningKeys {
  return createParameterSigningKeys(signingKeyOptions());
}

/** Where the signing keys are, for those who may read them. */
export function signingKeyOptions(): ParameterSigningKeysOptions {
  return { ...keyOptions(), signing_key_parameter: required('SIGNING_KEY_PARAMETER') };
}

/** @returns the sealer of variables, under the root key that the first caller makes */
export async function loadSealer(): Promise<Sealer> {
  return createSealer(await readSecret(required('SEAL_KEY_PARAMETER')));
}

/** @returns what signs cursors, under the key that the first caller makes */
export async function loadCursors(): Promise<CursorCodec> {
  return createCursorCodec(await readSecret(required('CURSOR_KEY_PARAMETER')));
}

/** @returns where the shared cache is, with its password. @throws Error when the operator has put nothing there */
export async function readCacheUrl(parameter: string): Promise<string> {
  const url = await parameters().read(parameter);
  if (url === undefined) throw new Error(`There is no parameter ${parameter}`);
  return url;
}

async function readSecret(name: string): Promise<Buffer> {
  const text = await parameters().readOrCreateSecret(name, () =>
    randomBytes(SECRET_BYTES).toString('base64'),
  );
  return Buffer.from(text, 'base64');
}

function parameters() {
  return createParameters(awsCaller(AWAITED_CALLS));
}

function keyOptions() {
  return {
    parameters: parameters(),
    public_keys_parameter: required('PUBLIC_KEYS_PARAMETER'),
    clock: systemClock,
  };
}
