import { describe, expect, test } from 'vitest';
import { FUNCTIONS } from '../../infra/functions.ts';
import { isAllowed } from './support/policy/evaluate.ts';
import { readRoles } from './support/policy/roles.ts';
import { resourcesOf, synthesize, type Templates } from './support/synth.ts';

const FROM = 'paas@example.com';
const templates = await synthesize({ mailFrom: FROM });
const roles = readRoles(templates, 'dev');

const senders = (identity: string, from: string) =>
  [...FUNCTIONS.keys()].filter((name) =>
    isAllowed(roles.get(name)?.statements ?? [], {
      action: 'ses:SendEmail',
      resource: `arn:aws:ses:<region>:<account>:identity/${identity}`,
      context: { 'ses:FromAddress': from },
    }),
  );

const variablesOf = (made: Templates, name: string) =>
  resourcesOf(made, 'AWS::Lambda::Function').find(
    ({ properties }) => properties['FunctionName'] === `branchline-dev-${name}`,
  )?.properties['Environment'];

describe('mail', () => {
  test('is sent by one function, from one address', () => {
    expect(senders('example.com', FROM)).toEqual(['send-mail']);
    expect(senders('example.com', 'other@example.com')).toEqual([]);
    expect(variablesOf(templates, 'send-mail')).toMatchObject({ Variables: { MAIL_FROM: FROM } });
  });

  test('is handed to it by those that have mails to send, who may call no other function', () => {
    const callers = (target: string) =>
      [...FUNCTIONS.keys()].filter((name) =>
        isAllowed(roles.get(name)?.statements ?? [], {
          action: 'lambda:InvokeFunction',
          resource: `arn:aws:lambda:<region>:<account>:function:branchline-dev-${target}`,
        }),
      );
    expect(callers('send-mail')).toEqual(['auth', 'team']);
    expect(callers('rotate-signing-key')).toEqual([]);
    expect(variablesOf(templates, 'auth')).toMatchObject({
      Variables: { SEND_MAIL_FUNCTION: 'branchline-dev-send-mail' },
    });
  });

  test('can’t be sent by anybody where no sender is configured', async () => {
    const without = await synthesize();
    expect(JSON.stringify([...readRoles(without, 'dev').values()])).not.toContain('ses:');
    expect(JSON.stringify(variablesOf(without, 'send-mail'))).not.toContain('MAIL_FROM');
  });
});
