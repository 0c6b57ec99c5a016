import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import * as z from 'zod';
import { AwsCallError } from '../../../src/adapters/aws/call-error.ts';
import { type AwsCaller, createAwsCaller } from '../../../src/adapters/aws/signed-call.ts';
import type { FunctionEnvironment } from '../../../src/contracts/functions/environment.ts';
import type { DeploymentKey } from '../../../src/domain/deployments/index.ts';
import { createGitServer } from '../../support/git-server.ts';
import { AppHost, startGateway } from './app-host.ts';
import { BuildMachine } from './build-machine.ts';
import { makeCertificate } from './certificate.ts';
import { startEcs } from './ecs-server.ts';
import { addVariables, type FunctionVariables } from './functions.ts';
import { unpackImage } from './image.ts';
import { startMailbox } from './mailbox.ts';
import { startStorageProxy } from './storage-proxy.ts';

const NAME = 'branchline-dev';
/** Not 127.0.0.1: functions on the stand-in speak to that without TLS, whatever they ask for. */
export const GIT_ADDRESS = '127.0.0.2';
const APPS_LOG_GROUP = `${NAME}-stand-in-apps`;

/** The functions that read repositories, take images, send mail, and have to do with apps. */
const SOURCE_FUNCTIONS = ['prepare'];
const IMAGE_FUNCTIONS = ['publish-image'];
const MAIL_FUNCTIONS = ['send-mail'];
const APP_FUNCTIONS = [
  'pre-deploy',
  'release',
  'await-rollout',
  'switch-route',
  'record-success',
  'record-failure',
  'stop-deployment',
  'settle-deployment',
  'remove-project',
];

/** What stands in for what the AWS stand-in has not. */
export interface StandIn {
  /** An address in front of the names of this machine's temporary folders, for git. */
  readonly git_url: string;
  /** Where the gateway of apps listens: it tells them apart by the Host header. */
  readonly gateway_port: number;
  /** In front of an address: where the mail to it is read. */
  readonly mailbox_url: string;
  /** What it told the functions: to be told again after a deploy. */
  readonly function_variables: FunctionVariables;
  stop(): Promise<void>;
}

/** Starts a git server, a build machine, ECS and its gateway, and a mailbox beside a deployed installation, and tells its functions.
 *  @param bucket - where sources and images are */
export async function startStandIn(bucket: string): Promise<StandIn> {
  const directory = await mkdtemp(join(tmpdir(), 'branchline-stand-in-'));
  const aws = createAwsCaller(process.env);
  const certificate = await makeCertificate(GIT_ADDRESS, directory);
  const git = await createGitServer(tmpdir(), certificate);
  const archives = new Map<string, Uint8Array>();
  const machine = new BuildMachine({
    aws,
    directory,
    state_machine_arn: arn('states', `stateMachine:${NAME}-deploy`),
  });
  const storage = await startStorageProxy(endpoint(), async (key) => {
    if ((await machine.run(key)) === 0) archives.set(key.deployment_id, await readImage(bucket, key));
  });
  const apps = new AppHost({
    aws,
    async unpack(image) {
      const deployment_id = await builderOf(aws, image);
      const archive = archives.get(deployment_id);
      if (archive === undefined) throw new Error(`Nothing was built for ${deployment_id}`);
      return unpackImage(archive, directory);
    },
  });
  const ecs = await startEcs(apps);
  const gateway = await startGateway((host) => ecs.portOf(host));
  const mailbox = await startMailbox();
  await makeAppsLog(aws);
  const function_variables = {
    ...forEach(SOURCE_FUNCTIONS, { NODE_EXTRA_CA_CERTS: certificate.file }),
    ...forEach(IMAGE_FUNCTIONS, { AWS_ENDPOINT_URL_S3: storage.url }),
    ...forEach(APP_FUNCTIONS, { ...APPS, AWS_ENDPOINT_URL_ECS: ecs.url }),
    ...forEach(MAIL_FUNCTIONS, { MAIL_FROM: 'branchline@example.com', AWS_ENDPOINT_URL_SES: mailbox.url }),
  };
  await addVariables(function_variables);

  return {
    git_url: git.url(''),
    gateway_port: gateway.port,
    mailbox_url: mailbox.url,
    function_variables,
    async stop() {
      apps.stop();
      await git.close();
      await Promise.all([storage.server, ecs.server, gateway.server, mailbox.server].map(close));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** What the compute stack would tell the functions; the stand-in can't deploy it, as it knows no ECS Gateway. */
const APPS = {
  APPS_CLUSTER: `${NAME}-apps`,
  APPS_SUBNETS: 'subnet-1,subnet-2',
  APPS_SECURITY_GROUPS: 'sg-1',
  APPS_EXECUTION_ROLE_ARN: arn('iam', `role/${NAME}-app-execution`),
  APPS_LOG_GROUP,
} satisfies FunctionEnvironment;

// And the log that it would make, with whoever collects its lines.
async function makeAppsLog(aws: AwsCaller): Promise<void> {
  try {
    await aws.callJson('logs', 'Logs_20140328.CreateLogGroup', { logGroupName: APPS_LOG_GROUP });
  } catch (error) {
    // Made by an earlier run against the same installation.
    if (!(error instanceof AwsCallError) || error.code !== 'ResourceAlreadyExistsException') throw error;
  }
  await aws.callJson('logs', 'Logs_20140328.PutSubscriptionFilter', {
    logGroupName: APPS_LOG_GROUP,
    filterName: 'apps',
    filterPattern: '',
    destinationArn: arn('lambda', `function:${NAME}-collect-logs`),
  });
}

const describedSchema = z.object({
  imageDetails: z.tuple([z.object({ imageTags: z.array(z.string()) })]),
});

/** The deployment that built an image: its release is the image's tag. */
async function builderOf(aws: AwsCaller, image: string): Promise<string> {
  const [, imageDigest] = image.split('@');
  const answer = await aws.callJson('ecr', 'AmazonEC2ContainerRegistry_V20150921.DescribeImages', {
    repositoryName: NAME,
    imageIds: [{ imageDigest }],
  });
  const [{ imageTags }] = describedSchema.parse(answer).imageDetails;
  return String(imageTags[0]).replace('rel_', 'dpl_');
}

async function readImage(bucket: string, { tenant_id, deployment_id }: DeploymentKey): Promise<Uint8Array> {
  const answer = await fetch(`${endpoint()}/${bucket}/images/${tenant_id}/${deployment_id}.tar`);
  if (!answer.ok) throw new Error(`The image of ${deployment_id} was not handed over: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

function forEach(
  functions: readonly string[],
  variables: Readonly<Record<string, string>>,
): FunctionVariables {
  return Object.fromEntries(functions.map((name) => [`${NAME}-${name}`, variables]));
}

function arn(service: string, resource: string): string {
  const { AWS_REGION: region, CDK_DEFAULT_ACCOUNT: account } = process.env;
  return `arn:aws:${service}:${service === 'iam' ? '' : region}:${account}:${resource}`;
}

function endpoint(): string {
  return process.env['AWS_ENDPOINT_URL'] ?? '';
}
