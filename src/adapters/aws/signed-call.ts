import { AwsClient } from 'aws4fetch';

/** What AWS answered to a call that it refused. `code` is the service's own, without its namespace. */
export class AwsCallError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(service: string, code: string, status: number, detail: string) {
    super(`${service} answered ${status} ${code}: ${detail}`);
    this.name = 'AwsCallError';
    this.code = code;
    this.status = status;
  }
}

/** Calls services of AWS by signed requests alone. An SDK client of one service is 200 kB of a function's bundle and
 *  tens of milliseconds of its start; what a function needs of SSM and STS are three calls. */
export interface AwsCaller {
  /** A call of the AWS JSON protocol. @param target - `AmazonSSM.GetParameter`
   *  @param version - of the protocol, as the service speaks it @throws AwsCallError */
  callJson(service: string, target: string, input: object, version?: '1.0' | '1.1'): Promise<unknown>;
  /** A call of the AWS Query protocol. @returns its XML @throws AwsCallError */
  callQuery(service: string, parameters: Readonly<Record<string, string>>): Promise<string>;
}

type Environment = Readonly<Record<string, string | undefined>>;

const ATTEMPTS_AFTER_FIRST = 3;
const TIMEOUT_MS = 5000;
const MAX_DETAIL_CHARACTERS = 300;

/** A caller with the function's own credentials, which Lambda puts into its environment; `AWS_ENDPOINT_URL` and
 *  `AWS_ENDPOINT_URL_<SERVICE>` are honoured as the SDK does.
 *  @throws Error when the environment has no credentials or region */
export function createAwsCaller(environment: Environment): AwsCaller {
  const region = demand(environment, 'AWS_REGION');
  const session_token = environment['AWS_SESSION_TOKEN'];
  const client = new AwsClient({
    accessKeyId: demand(environment, 'AWS_ACCESS_KEY_ID'),
    secretAccessKey: demand(environment, 'AWS_SECRET_ACCESS_KEY'),
    ...(session_token === undefined ? {} : { sessionToken: session_token }),
    region,
    retries: ATTEMPTS_AFTER_FIRST,
  });

  const post = async (service: string, headers: Record<string, string>, body: string): Promise<string> => {
    const response = await client.fetch(endpointOf(environment, service, region), {
      method: 'POST',
      headers,
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      aws: { service, region },
    });
    const text = await response.text();
    if (response.ok) return text;
    const detail = text.slice(0, MAX_DETAIL_CHARACTERS);
    throw new AwsCallError(service, codeOf(text), response.status, detail);
  };

  return {
    async callJson(service, target, input, version = '1.1') {
      const headers = { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': target };
      const text = await post(service, headers, JSON.stringify(input));
      return text === '' ? {} : (JSON.parse(text) as unknown);
    },

    callQuery(service, parameters) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
      return post(service, headers, new URLSearchParams(parameters).toString());
    },
  };
}

function endpointOf(environment: Environment, service: string, region: string): string {
  const own = environment[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ?? environment['AWS_ENDPOINT_URL'];
  return own ?? `https://${service}.${region}.amazonaws.com/`;
}

/** JSON services name the error in `__type`, Query services in `<Code>`. */
function codeOf(text: string): string {
  const json = /"__type"\s*:\s*"(?:[^"#]*#)?([^"]+)"/.exec(text)?.[1];
  return json ?? /<Code>([^<]+)<\/Code>/.exec(text)?.[1] ?? 'Unknown';
}

function demand(environment: Environment, name: string): string {
  const value = environment[name];
  if (value === undefined || value === '') throw new Error(`The environment lacks ${name}`);
  return value;
}
