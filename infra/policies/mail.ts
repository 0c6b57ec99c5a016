import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { FunctionEnvironment } from '../../src/contracts/functions/environment.ts';
import type { StageConfig } from '../config.ts';
import type { FunctionSpec } from '../functions.ts';
import { functionName } from '../names.ts';
import { allow } from './statements.ts';

type Access = { readonly environment: FunctionEnvironment; readonly statements: readonly PolicyStatement[] };

const NONE: Access = { environment: {}, statements: [] };

/** What a function needs to hand mails over. By name: the one that sends them is of a later stack. */
export function handOverMail(scope: Construct, config: StageConfig, spec: FunctionSpec): Access {
  if (spec.mail === undefined) return NONE;
  const name = functionName(config, 'send-mail');
  const arn = Stack.of(scope).formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: name,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return {
    environment: { SEND_MAIL_FUNCTION: name },
    statements: [allow('HandOverMail', ['lambda:InvokeFunction'], [arn])],
  };
}

/** What the function that sends mail needs; nothing where no sender's address is configured. */
export function sendMail(scope: Construct, { mailFrom }: StageConfig): Access {
  if (mailFrom === undefined) return NONE;
  const identities = Stack.of(scope).formatArn({ service: 'ses', resource: 'identity', resourceName: '*' });
  const asSender = { StringEquals: { 'ses:FromAddress': mailFrom } };
  return {
    environment: { MAIL_FROM: mailFrom },
    statements: [allow('SendMail', ['ses:SendEmail'], [identities], asSender)],
  };
}
