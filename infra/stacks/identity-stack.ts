import { ArnFormat, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { AccountRootPrincipal, PolicyDocument, type PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { TABLES } from '../../src/adapters/dynamodb/table.ts';
import { OBJECT_FOLDERS } from '../../src/contracts/functions/environment.ts';
import type { StageConfig } from '../config.ts';
import { FUNCTIONS, type FunctionSpec } from '../functions.ts';
import { functionName } from '../names.ts';
import { explainWildcards } from '../policies/grant.ts';
import { allow, ITEM_ACTIONS, leadingKeys } from '../policies/statements.ts';
import type { DataStack } from './data-stack.ts';

// What IAM puts the session's own tenant in place of. No tag value can hold a `*`.
const TENANT = '$'.concat('{aws:PrincipalTag/tenant}');
const OWN_KEYS = leadingKeys([`T#${TENANT}`, `T#${TENANT}#*`]);
// `due` serves all tenants, so no tenant may look into it.
const TENANT_INDEXES = TABLES.tenants.indexes.filter((name) => name !== 'due');
const DIRECTORY_PARTITIONS = ['EMAIL#*', 'USER#*', 'RESET#*', 'HOST#*', 'PLATFORM'];

/** The roles that functions take on to reach data: a tenant's own session, and the one that spans both tables. */
export class IdentityStack extends Stack {
  readonly tenantRole: Role;
  readonly twoTableRole: Role;
  private readonly config: StageConfig;

  constructor(
    scope: Construct,
    id: string,
    props: StackProps & { readonly config: StageConfig; readonly data: DataStack },
  ) {
    super(scope, id, props);
    this.config = props.config;
    this.tenantRole = this.makeTenantRole(props.data);
    this.twoTableRole = this.makeTwoTableRole(props.data);
  }

  private makeTenantRole({ tables, bucketArn }: DataStack): Role {
    const tenants = tables.tenants.tableArn;
    return this.makeRole('TenantRole', 'tenant-data', isTenantFunction, [
      allow('TenantItems', ITEM_ACTIONS, [tenants], OWN_KEYS),
      allow(
        'TenantIndexes',
        ['dynamodb:Query'],
        TENANT_INDEXES.map((name) => `${tenants}/index/${name}`),
        OWN_KEYS,
      ),
      allow(
        'TenantObjects',
        ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
        OBJECT_FOLDERS.map((folder) => `${bucketArn}/${folder}/${TENANT}/*`),
      ),
    ]);
  }

  // It can do nothing but write, and that only within a transaction.
  private makeTwoTableRole({ tables: { directory, tenants } }: DataStack): Role {
    const actions = ITEM_ACTIONS.filter((action) => /Put|Update|Delete|ConditionCheck/.test(action));
    const within = { StringEquals: { 'dynamodb:EnclosingOperation': 'TransactWriteItems' } };
    return this.makeRole('TwoTableRole', 'two-table-data', (spec) => spec.data === 'two-table', [
      allow('TransactDirectory', actions, [directory.tableArn], {
        ...within,
        ...leadingKeys(DIRECTORY_PARTITIONS),
      }),
      allow('TransactTenants', actions, [tenants.tableArn], { ...within, ...OWN_KEYS }),
    ]);
  }

  private makeRole(
    id: string,
    name: string,
    who: (spec: FunctionSpec) => boolean,
    statements: PolicyStatement[],
  ): Role {
    const conditions = { ...this.callers(who), ...TENANT_TAG_ONLY };
    const role = new Role(this, id, {
      roleName: functionName(this.config, name),
      // AWS allows a role's session no longer one anyway.
      maxSessionDuration: Duration.hours(1),
      assumedBy: new AccountRootPrincipal().withConditions(conditions).withSessionTags(),
      inlinePolicies: { Data: new PolicyDocument({ statements }) },
    });
    explainWildcards(role, statements);
    return role;
  }

  // By name: the functions' stacks come after this one and need its roles.
  private callers(who: (spec: FunctionSpec) => boolean) {
    const names = [...FUNCTIONS].filter(([, spec]) => who(spec)).map(([name]) => name);
    const arns = names.map((name) =>
      this.formatArn({
        service: 'iam',
        region: '',
        resource: 'role',
        resourceName: functionName(this.config, name),
        arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
      }),
    );
    return { ArnEquals: { 'aws:PrincipalArn': arns } };
  }
}

const isTenantFunction = (spec: FunctionSpec): boolean => spec.data !== undefined;

const TENANT_TAG_ONLY = {
  StringLike: { 'aws:RequestTag/tenant': 'ten_*' },
  'ForAllValues:StringEquals': { 'aws:TagKeys': ['tenant'] },
} as const;
