import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/** Makes a client that signs with these credentials; with the function's own when left out. */
export type DynamoClientFactory = (credentials?: DynamoDBClientConfig['credentials']) => DynamoDBClient;

const CONNECT_TIMEOUT_MS = 1000;
const REQUEST_TIMEOUT_MS = 2000;

/** Clients for the table adapter. They share one pool of connections, so that another tenant's session needs no new TLS
 *  handshake; so don't destroy one of them. They don't retry by themselves: the adapter knows what may be repeated. */
export function createDynamoClients(
  config: Pick<DynamoDBClientConfig, 'region' | 'endpoint'> = {},
): DynamoClientFactory {
  const shared = new DynamoDBClient({
    ...config,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
  return (credentials) => {
    if (credentials === undefined) return shared;
    const { requestHandler } = shared.config;
    return new DynamoDBClient({ ...config, maxAttempts: 1, requestHandler, credentials });
  };
}
