import * as z from 'zod';
import { ERRORS, type ErrorCode } from '../../../domain/shared/errors.ts';
import { defineRoute } from '../route.ts';

/** A public key as RFC 7517 and RFC 8037 write it. */
export const publicKeySchema = z.strictObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  kid: z.string(),
  alg: z.literal('EdDSA'),
  use: z.literal('sig'),
});

export const metaRoutes = {
  getHealth: defineRoute({
    method: 'GET',
    path: '/healthz',
    function: 'meta',
    summary: 'Whether the API answers',
    access: 'public',
    success: {
      status: 200,
      description: 'It does',
      schema: z.strictObject({ status: z.literal('ok') }),
    },
    errors: [],
  }),
  getOpenApi: defineRoute({
    method: 'GET',
    path: '/openapi.json',
    function: 'meta',
    summary: 'This document',
    access: 'public',
    success: {
      status: 200,
      description: 'OpenAPI 3.1',
      schema: z.looseObject({ openapi: z.string() }),
    },
    errors: [],
  }),
  getKeys: defineRoute({
    method: 'GET',
    path: '/.well-known/jwks.json',
    function: 'meta',
    summary: 'The public keys that verify access tokens (RFC 7517)',
    access: 'public',
    success: {
      status: 200,
      description: 'The key set',
      schema: z.strictObject({ keys: z.array(publicKeySchema) }),
    },
    errors: [],
  }),
  getErrorPage: defineRoute({
    method: 'GET',
    path: '/errors/{code}',
    function: 'meta',
    summary: 'What an error code means and what to do next',
    access: 'public',
    parameters: z.strictObject({ code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]) }),
    unknown_id: 'ROUTE_NOT_FOUND',
    success: {
      status: 200,
      description: 'A page',
      schema: z.string(),
      media_type: 'text/markdown; charset=utf-8',
    },
    errors: [],
  }),
};
