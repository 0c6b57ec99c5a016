import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../infra/config.ts';

const LABEL = '2026-11-25T16:00:00.000';
const read = (context: Readonly<Record<string, unknown>>) => readConfig((name) => context[name]);

const LAYER = 'arn:aws:lambda:eu-central-1:615299751070:layer:AWSOpenTelemetryDistroJs:12';

describe('a stage’s settings', () => {
  test('are complete for dev, which protects nothing', () => {
    expect(read({ stage: 'dev' })).toEqual({
      stage: 'dev',
      appDomain: 'branchline.localhost',
      architecture: 'arm64',
      logLevel: 'INFO',
      logRetentionDays: 7,
      tracing: false,
      throttleRate: 200,
      throttleBurst: 400,
      allowedSourceAddresses: [],
      edge: false,
      compute: false,
      cache: false,
      restored: undefined,
      isProtected: false,
    });
  });

  test.each(['staging', 'prod'])('protect the data of %s', (stage) => {
    const config = read({ stage, appDomain: 'apps.example.com' });
    expect(config).toMatchObject({ isProtected: true, tracing: true, logRetentionDays: 90 });
  });

  test('are read from the command line, where all is text', () => {
    const config = read({
      stage: 'dev',
      edge: 'true',
      tracing: 'false',
      throttleRate: '5',
      logRetentionDays: '30',
    });
    expect(config).toMatchObject({ edge: true, tracing: false, throttleRate: 5, logRetentionDays: 30 });
  });

  test('ignore what isn’t theirs in the context', () => {
    expect(() => read({ stage: 'dev', '@aws-cdk/core:anything': true, other: 1 })).not.toThrow();
  });

  test('name restored tables, all of them or none', () => {
    const tables = {
      directoryTable: 'branchline-dev-d',
      tenantsTable: 'branchline-dev-t',
      tenantsStreamLabel: LABEL,
    };
    expect(read({ stage: 'dev', ...tables }).restored).toEqual(tables);
    for (const name of Object.keys(tables)) {
      const { [name as keyof typeof tables]: _left_out, ...others } = tables;
      expect(() => read({ stage: 'dev', ...others })).toThrow(
        `${name} is missing: directoryTable, tenantsTable, tenantsStreamLabel go together (-c ${name}=…)`,
      );
    }
    expect(() => read({ stage: 'dev', ...tables, directoryTable: tables.tenantsTable })).toThrow(
      'tenantsTable is "branchline-dev-t": that is the directoryTable too',
    );
    expect(() => read({ stage: 'dev', ...tables, directoryTable: 'mycopy' })).toThrow(
      'directoryTable is "mycopy": its name has to begin with branchline-dev-',
    );
  });

  test.each([
    [{}, 'stage is missing: allowed is dev, staging or prod (-c stage=…)'],
    [{ stage: 'production' }, 'stage is "production": allowed is dev, staging or prod (-c stage=…)'],
    [{ stage: 'prod' }, 'appDomain is missing: stage prod needs a domain name (-c appDomain=…)'],
    [{ stage: 'dev', appDomain: 'no spaces' }, 'appDomain is "no spaces": allowed is a domain name'],
    [{ stage: 'dev', architecture: 'mips' }, 'architecture is "mips": allowed is arm64 or x86_64'],
    [
      { stage: 'dev', allowedSourceAddresses: '10.0.0.300' },
      'allowedSourceAddresses is "10.0.0.300": allowed is IP addresses, separated by commas',
    ],
    [{ stage: 'dev', allowedSourceAddresses: '10.0.0.3,169.254.169.254' }, 'none of them link-local'],
    [{ stage: 'dev', allowedSourceAddresses: 'fd00:ec2::254' }, 'none of them link-local'],
    [{ stage: 'dev', logLevel: 'loud' }, 'logLevel is "loud": allowed is DEBUG, INFO, WARN or ERROR'],
    [{ stage: 'dev', logRetentionDays: '8' }, 'logRetentionDays is "8": allowed is one of 1, 3, 5, 7'],
    [{ stage: 'dev', tracing: 'yes' }, 'tracing is "yes": allowed is true or false'],
    [
      { stage: 'dev', tracingLayer: 'newest' },
      'tracingLayer is "newest": allowed is the ARN of a layer’s version',
    ],
    [{ stage: 'dev', tracingLayer: LAYER }, 'tracingLayer is set, but tracing is off (-c tracing=true)'],
    [{ stage: 'dev', edge: 1 }, 'edge is 1: allowed is true or false'],
    [{ stage: 'dev', alarmEmail: 'nobody' }, 'alarmEmail is "nobody": allowed is an e-mail address'],
    [{ stage: 'dev', mailFrom: 'nobody' }, 'mailFrom is "nobody": allowed is an e-mail address'],
    [{ stage: 'dev', throttleRate: '0' }, 'throttleRate is "0": allowed is a whole number from 1 to 10000'],
    [
      { stage: 'dev', directoryTable: 'arn:aws:x' },
      'directoryTable is "arn:aws:x": allowed is the name of a table',
    ],
    [{ stage: 'dev', tenantsTable: 'ab' }, 'tenantsTable is "ab": allowed is the name of a table'],
    [
      { stage: 'dev', tenantsStreamLabel: '2026' },
      'tenantsStreamLabel is "2026": allowed is the label of a stream',
    ],
    [{ stage: 'dev', throttleBurst: '' }, 'throttleBurst is "": allowed is a whole number from 1 to 5000'],
  ])('stop with the name and what is allowed: %j', (context, message) => {
    expect(() => read(context)).toThrow(ConfigError);
    expect(() => read(context)).toThrow(message);
  });

  test('name every wrong value at once', () => {
    expect(() => read({ stage: 'x', edge: 'y' })).toThrow(/stage is "x".*edge is "y"/s);
  });
});
