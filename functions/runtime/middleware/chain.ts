import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { HttpContext } from '../http-context.ts';

/** A middleware of the HTTP functions. */
export type HttpMiddleware = MiddlewareObj<
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Error,
  HttpContext
>;

/** Adds headers to whatever is answered. */
export function addHeaders(
  response: APIGatewayProxyStructuredResultV2 | null | undefined,
  headers: Readonly<Record<string, string>>,
): void {
  if (response === null || response === undefined) return;
  response.headers = { ...response.headers, ...headers };
}
