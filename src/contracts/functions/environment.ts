/** Every variable that a Lambda function may find in its environment: infra sets them, `functions/runtime` reads them. */
export const ENVIRONMENT_NAMES = [
  'BRANCHLINE_STAGE',
  'LOG_LEVEL',
  /** Requests a minute in place of the default limits; 0 for none. */
  'BRANCHLINE_RATE_LIMIT',
  'APP_DOMAIN',
  'DIRECTORY_TABLE',
  'TENANTS_TABLE',
  /** The role of a tenant's session: tagged with the tenant, it reaches that tenant's items and objects alone. */
  'TENANT_ROLE_ARN',
  /** The same with the directory beside it, for transactions over both tables. */
  'TWO_TABLE_ROLE_ARN',
  'SIGNING_KEY_PARAMETER',
  'PUBLIC_KEYS_PARAMETER',
  'SEAL_KEY_PARAMETER',
  'CURSOR_KEY_PARAMETER',
  /** What tells where the shared cache is; without it there is none. */
  'CACHE_URL_PARAMETER',
  'SOURCE_BUCKET',
  /** Addresses at which repositories may be fetched though they aren't public, separated by commas. */
  'ALLOWED_SOURCE_ADDRESSES',
  'EVENT_BUS_NAME',
  /** The function that sends mail, for those that hand mails to it. */
  'SEND_MAIL_FUNCTION',
  /** The sender's address; without it no mail is sent. */
  'MAIL_FROM',
  /** Where an outbox item goes that is no event. */
  'FAILURE_QUEUE_URL',
  /** Where apps run; without it there is no compute stack. Lists are separated by commas. */
  'APPS_CLUSTER',
  'APPS_SUBNETS',
  'APPS_SECURITY_GROUPS',
  'APPS_EXECUTION_ROLE_ARN',
  'APPS_LOG_GROUP',
  'STATE_MACHINE_ARN',
  'BUILD_PROJECT',
  /** Where finished images are pushed to, as a registry's client names it. */
  'IMAGE_REPOSITORY',
] as const;
export type EnvironmentName = (typeof ENVIRONMENT_NAMES)[number];

/** The part of the environment that one function gets. */
export type FunctionEnvironment = { readonly [N in EnvironmentName]?: string };

/** The folders of the source bucket. An object's key is `<folder>/<tenant id>/...`: a tenant's session reaches no other. */
export const OBJECT_FOLDERS = ['sources', 'images'] as const;
export type ObjectFolder = (typeof OBJECT_FOLDERS)[number];
