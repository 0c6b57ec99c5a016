import type { Role } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Assets } from '../assets/assets.ts';
import type { StageConfig } from '../config.ts';
import type { StageTables } from '../stacks/data-stack.ts';

/** What functions of every stack are made with. */
export interface FunctionContext {
  readonly config: StageConfig;
  readonly assets: Assets;
  readonly tables: StageTables;
  readonly bucket: Bucket;
  readonly tenantRole: Role;
  readonly twoTableRole: Role;
}
