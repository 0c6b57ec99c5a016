import type { Code } from 'aws-cdk-lib/aws-lambda';
import type { StageConfig } from '../config.ts';

/** Where functions' code comes from. Tests put a stub in its place: a policy doesn't depend on what is bundled. */
export interface Assets {
  /** The bundle of one entry point. */
  functionCode(entry: string): Code;
  /** Native Argon2 for the functions' architecture. */
  argon2Layer(architecture: StageConfig['architecture']): Code;
}
