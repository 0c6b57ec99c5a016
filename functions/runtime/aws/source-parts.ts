import { tmpdir } from 'node:os';
import { createBuildHandOver } from '../../../src/adapters/aws/build/build-hand-over.ts';
import { createS3SourceProvider } from '../../../src/adapters/aws/source/provider.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import type { BuildHandOver, SourceProvider } from '../../../src/domain/deployments/index.ts';
import { createSigningStorage, createStorage } from './storage.ts';

/** Reads repositories, and hands them over to the build. */
export function createSourceParts(): { readonly source: SourceProvider; readonly builds: BuildHandOver } {
  return {
    source: createS3SourceProvider({ storage: createStorage(), temporary_dir: tmpdir() }),
    builds: createBuildHandOver({ storage: createSigningStorage(), clock: systemClock }),
  };
}
