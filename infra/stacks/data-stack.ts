import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { type Attribute, AttributeType, BillingMode, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import {
  INDEX_ATTRIBUTES,
  KEY_ATTRIBUTES,
  TABLES,
  TTL_ATTRIBUTE,
} from '../../src/adapters/dynamodb/table.ts';
import type { ObjectFolder } from '../../src/contracts/functions/environment.ts';
import type { RestoredTables, StageConfig } from '../config.ts';
import { acknowledge } from '../policies/acknowledge.ts';

/** A table as other stacks refer to it. */
export interface StageTable {
  readonly tableName: string;
  readonly tableArn: string;
}

/** The tables that a stage uses. */
export interface StageTables {
  readonly directory: StageTable;
  readonly tenants: StageTable & { readonly streamArn: string };
}

/** All that must not be lost: the two tables, and the bucket of sources and images on their way. Where restored tables
 *  are in use, the stack's own stay in it as they are. */
export class DataStack extends Stack {
  readonly tables: StageTables;
  readonly bucket: Bucket;
  /** The bucket's ARN as other stacks import it. */
  readonly bucketArn: string;

  constructor(scope: Construct, id: string, props: StackProps & { readonly config: StageConfig }) {
    super(scope, id, props);
    const { config } = props;
    const own = this.makeTables(config);
    this.tables = config.restored === undefined ? own : this.findRestored(config.restored);
    this.bucket = this.makeBucket(config);
    new CfnOutput(this, 'BucketName', { value: this.bucket.bucketName });
    this.bucketArn = this.exportValue(this.bucket.bucketArn);
  }

  // All is exported, used or not: CloudFormation refuses to take an export away while another stack still imports it,
  // and this stack is deployed before those that change over.
  private makeTables(config: StageConfig): StageTables {
    const directory = this.makeTable('Directory', TABLES.directory, config);
    const tenants = this.makeTable('Tenants', TABLES.tenants, config);
    return {
      directory: this.exportTable(directory),
      tenants: { ...this.exportTable(tenants), streamArn: this.exportValue(tenants.tableStreamArn) },
    };
  }

  private exportTable({ tableName, tableArn }: Table): StageTable {
    return { tableName: this.exportValue(tableName), tableArn: this.exportValue(tableArn) };
  }

  private findRestored({ directoryTable, tenantsTable, tenantsStreamLabel }: RestoredTables): StageTables {
    const directory = Table.fromTableName(this, 'RestoredDirectory', directoryTable);
    const tenants = Table.fromTableName(this, 'RestoredTenants', tenantsTable);
    const { tableName, tableArn } = tenants;
    return {
      directory: { tableName: directory.tableName, tableArn: directory.tableArn },
      tenants: { tableName, tableArn, streamArn: `${tableArn}/stream/${tenantsStreamLabel}` },
    };
  }

  private makeTable(id: string, declaration: (typeof TABLES)['tenants'], config: StageConfig): Table {
    const table = new Table(this, id, {
      partitionKey: text(KEY_ATTRIBUTES.pk),
      sortKey: text(KEY_ATTRIBUTES.sk),
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: TTL_ATTRIBUTE,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: config.isProtected,
      removalPolicy: removalPolicy(config),
      ...(declaration.stream === undefined ? {} : { stream: StreamViewType[declaration.stream] }),
    });
    for (const indexName of declaration.indexes) {
      const { pk, sk } = INDEX_ATTRIBUTES[indexName];
      table.addGlobalSecondaryIndex({ indexName, partitionKey: text(pk), sortKey: text(sk) });
    }
    return table;
  }

  private makeBucket(config: StageConfig): Bucket {
    const bucket = new Bucket(this, 'Objects', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      removalPolicy: removalPolicy(config),
      lifecycleRules: [
        { id: 'unfinished-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
        expire('sources', 1),
        expire('images', 1),
      ],
    });
    acknowledge(bucket, {
      'AwsSolutions-S1':
        'A log of accesses would be a second bucket that grows with each request; data events of CloudTrail are the operator’s choice.',
    });
    return bucket;
  }
}

function text(name: string): Attribute {
  return { name, type: AttributeType.STRING };
}

function removalPolicy(config: StageConfig): RemovalPolicy {
  return config.isProtected ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
}

function expire(folder: ObjectFolder, days: number) {
  return { id: `${folder}-expire`, prefix: `${folder}/`, expiration: Duration.days(days) };
}
