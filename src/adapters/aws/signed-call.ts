import { AwsClient } from 'aws4fetch';
import { type Breakers, NO_BREAKERS } from '../resilience/breakers.ts';
import { isOutage } from './call-failure.ts';
import { send } from './signed-request.ts';

/** Calls services of AWS by signed requests alone: an SDK client of one service is 20 to 200 kB of a function's bundle,
 *  for a few calls of each. Failed and throttled calls are repeated. */
export interface AwsCaller {
  /** A call of the AWS JSON protocol. @param target - `AmazonSSM.GetParameter`
   *  @param version - of the protocol, as the service speaks it
   *  @throws AwsCallError, AppError SERVICE_UNAVAILABLE while the service's circuit is open */
  callJson(service: string, target: string, input: object, version?: '1.0' | '1.1'): Promise<unknown>;
  /** A call of the AWS Query protocol. @returns its XML
   *  @throws AwsCallError, AppError SERVICE_UNAVAILABLE while the service's circuit is open */
  callQuery(service: string, parameters: Readonly<Record<string, string>>): Promise<string>;
  /** A call of the AWS REST protocol, as POST with JSON. @param path - without a slash before it @throws AwsCallError */
  callRest(
    service: string,
    path: string,
    input: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<unknown>;
}

/** A process's environment, as the SDKs read it. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface AwsCallerOptions {
  readonly timeout_ms?: number;
  readonly attempts?: number;
  readonly breakers?: Breakers;
}

const TIMEOUT_MS = 5000;
// Where a service's host name isn't the name that calls are signed for.
const HOSTS: Readonly<Record<string, string>> = { ecr: 'api.ecr', ses: 'email' };

/** A caller with the function's own credentials, which Lambda puts into its environment; `AWS_ENDPOINT_URL` and
 *  `AWS_ENDPOINT_URL_<SERVICE>` are honoured as the SDK does.
 *  @param options.timeout_ms - for each attempt, to the answer's end
 *  @param options.attempts - how often a call is tried at most
 *  @param options.breakers - one for each service, by the service's name
 *  @throws Error when the environment has no credentials or region */
export function createAwsCaller(environment: Environment, options: AwsCallerOptions = {}): AwsCaller {
  const { timeout_ms = TIMEOUT_MS, attempts, breakers = NO_BREAKERS } = options;
  const region = regionOf(environment);
  const session_token = environment['AWS_SESSION_TOKEN'];
  const signer = new AwsClient({
    accessKeyId: demand(environment, 'AWS_ACCESS_KEY_ID'),
    secretAccessKey: demand(environment, 'AWS_SECRET_ACCESS_KEY'),
    ...(session_token === undefined ? {} : { sessionToken: session_token }),
    region,
  });

  const post = (
    service: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    path = '',
  ): Promise<string> => {
    const endpoint =
      customEndpoint(environment, service) ?? serviceEndpoint(HOSTS[service] ?? service, region);
    const url = path === '' ? endpoint : `${endpoint.replace(/\/$/, '')}/${path}`;
    const request = { service, region, url, method: 'POST', headers, body, timeout_ms, attempts };
    return breakers
      .of(service)
      .run(() => send(signer, request, (response) => response.text()), { isFailure: isOutage });
  };

  return {
    async callJson(service, target, input, version = '1.1') {
      const headers = { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': target };
      return parse(await post(service, headers, JSON.stringify(input)));
    },

    callQuery(service, parameters) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
      return post(service, headers, new URLSearchParams(parameters).toString());
    },

    async callRest(service, path, input, headers = {}) {
      const typed = { 'content-type': 'application/json', ...headers };
      return parse(await post(service, typed, JSON.stringify(input), path));
    },
  };
}

function parse(text: string): unknown {
  return text === '' ? {} : (JSON.parse(text) as unknown);
}

/** @throws Error when the environment names none */
export function regionOf(environment: Environment): string {
  return demand(environment, 'AWS_REGION');
}

/** The endpoint that the environment puts in the place of a service's own. */
export function customEndpoint(environment: Environment, service: string): string | undefined {
  return environment[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ?? environment['AWS_ENDPOINT_URL'];
}

/** @param host - what stands before the region in the service's host name */
export function serviceEndpoint(host: string, region: string): string {
  return `https://${host}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`;
}

function demand(environment: Environment, name: string): string {
  const value = environment[name];
  if (value === undefined || value === '') throw new Error(`The environment lacks ${name}`);
  return value;
}
