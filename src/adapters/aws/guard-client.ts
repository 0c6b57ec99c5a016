import type { ECSClient } from '@aws-sdk/client-ecs';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { Breaker } from '../resilience/breaker.ts';
import { isOutage } from './call-failure.ts';

interface Stack {
  add(
    middleware: <A, R>(next: (call: A) => Promise<R>) => (call: A) => Promise<R>,
    options: { readonly step: 'initialize'; readonly priority: 'high'; readonly name: string },
  ): void;
}

/** Puts a breaker around each call of an SDK's client, with all attempts that the client makes of it. The call throws
 *  AppError SERVICE_UNAVAILABLE while the circuit is open. @returns the same client */
export function guardClient<C extends ECSClient | EventBridgeClient | SFNClient>(
  client: C,
  breaker: Breaker,
): C {
  const stack: Stack = client.middlewareStack;
  stack.add((next) => (call) => breaker.run(() => next(call), { isFailure: isOutage }), {
    step: 'initialize',
    priority: 'high',
    name: 'breaker',
  });
  return client;
}
