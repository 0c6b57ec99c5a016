import { PROD, synthesize } from '../synth.ts';
import { isAllowed, type Request } from './evaluate.ts';
import { logicalId } from './resolve.ts';
import { type RolePolicies, readRoles } from './roles.ts';

/** A production stage, and what its requests are about. */
export const templates = await synthesize(PROD);
export const roles = readRoles(templates, 'prod');
const data = templates.get('data');

const table = (prefix: 'Tenants' | 'Directory') =>
  `<data/${logicalId(data, 'AWS::DynamoDB::Table', prefix)}.Arn>`;
export const TENANTS = table('Tenants');
export const DIRECTORY = table('Directory');
export const BUCKET = `<data/${logicalId(data, 'AWS::S3::Bucket', 'Objects')}.Arn>`;
export const parameter = (name: string) => `arn:aws:ssm:<region>:<account>:parameter/branchline/prod/${name}`;

/** A role by its name without the stage. */
export function role(name: string): RolePolicies {
  const found = roles.get(name);
  if (found === undefined) throw new Error(`There is no role ${name}`);
  return found;
}

export const may = (name: string, request: Request) => isAllowed(role(name).statements, request);
export const keys = (...names: string[]) => ({ 'dynamodb:LeadingKeys': names });

export const OWN = { 'aws:PrincipalTag/tenant': 'ten_a' };
export const ITEM_ACTIONS = [
  'GetItem',
  'BatchGetItem',
  'Query',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'ConditionCheckItem',
];
export const FORBIDDEN_ACTIONS = [
  'Scan',
  'PartiQLSelect',
  'PartiQLInsert',
  'PartiQLUpdate',
  'PartiQLDelete',
  'DeleteTable',
  'UpdateTable',
  'ExportTableToPointInTime',
  'GetRecords',
];

/** A role's ARN as other roles' policies name it. */
export function arnOf(name: string): string {
  const { stack, id } = role(name);
  return `<${stack}/${id}.Arn>`;
}
