import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Where one running instance of an app listens. */
export interface AppTarget {
  readonly instance_id: string;
  /** 127.0.0.1 or ::1. */
  readonly host: string;
  readonly port: number;
}

/** Why a request to an app could not be answered by it; for the log. */
export interface ProxyFailure {
  readonly host_label: string;
  readonly instance_id: string;
  readonly error: unknown;
}

export interface AppProxyOptions {
  /** Told of every request that an app left without a whole answer. */
  readonly onFailure?: (failure: ProxyFailure) => void;
}

/** Routes requests to apps by the label of their host name. */
export interface AppProxy {
  /** Sends every request from now on to this target; null says that the app is known but down.
   *  @param app_name - shown to people when it is down */
  route(host_label: string, target: AppTarget | null, app_name: string): void;
  /** Forgets an app: its host answers 404. */
  unroute(host_label: string): void;
  /**
   * Resolves once no request or upgraded connection of this instance is in flight. After `timeout_ms` it closes
   * what is left. Route elsewhere first, or new ones keep coming.
   */
  drained(instance_id: string, timeout_ms: number): Promise<void>;
  handleRequest(request: IncomingMessage, response: ServerResponse, host_label: string): void;
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, host_label: string): void;
}
