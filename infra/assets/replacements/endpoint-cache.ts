import { LRUCache } from 'lru-cache';

/** Stands in bundles for @aws-sdk/endpoint-cache, which brings a second LRU cache along, for endpoints that the client
 *  of DynamoDB would discover if it were told to: it isn't. */
export class EndpointCache extends LRUCache<string, object> {
  constructor(size: number) {
    super({ max: size });
  }
}
