import { tmpdir } from 'node:os';
import process from 'node:process';
import { createBuildHandOver } from '../../../src/adapters/aws/build/build-hand-over.ts';
import { createAddressGuard } from '../../../src/adapters/aws/source/address-guard.ts';
import { createS3SourceProvider } from '../../../src/adapters/aws/source/provider.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import type { EnvironmentName } from '../../../src/contracts/functions/environment.ts';
import type { BuildHandOver, SourceProvider } from '../../../src/domain/deployments/index.ts';
import { git_breakers } from './breakers.ts';
import { createSigningStorage, createStorage } from './storage.ts';

/** Reads repositories, and hands them over to the build. */
export function createSourceParts(): { readonly source: SourceProvider; readonly builds: BuildHandOver } {
  return {
    source: createS3SourceProvider({
      storage: createStorage(),
      temporary_dir: tmpdir(),
      guard: createAddressGuard({ allowed: allowedAddresses() }),
      breakers: git_breakers,
    }),
    builds: createBuildHandOver({ storage: createSigningStorage(), clock: systemClock }),
  };
}

function allowedAddresses(): string[] {
  const text = process.env['ALLOWED_SOURCE_ADDRESSES' satisfies EnvironmentName] ?? '';
  return text.split(',').filter((address) => address !== '');
}
