import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Assets } from '../assets/assets.ts';
import type { StageConfig } from '../config.ts';

/** What functions of every stack are made with. */
export interface FunctionContext {
  readonly config: StageConfig;
  readonly assets: Assets;
  readonly tables: { readonly directory: Table; readonly tenants: Table };
  readonly bucket: Bucket;
  readonly tenantRole: Role;
  readonly twoTableRole: Role;
}
