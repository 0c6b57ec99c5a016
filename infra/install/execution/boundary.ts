import type { Place } from '../place.ts';
import { allow, deny, type PolicyDocument, policy } from '../statement.ts';
import { boundaries, refusals } from './refusals.ts';

/** The ceiling over CloudFormation's own role: a policy that somebody attaches to it later can't undo the boundaries. */
export function executionBoundary(place: Place): PolicyDocument {
  return policy(
    allow('WhateverItsPoliciesAllow', ['*'], ['*']),
    deny('NoRoleWithoutBoundary', ['iam:CreateRole', 'iam:PutRolePermissionsBoundary'], ['*'], {
      StringNotEquals: { 'iam:PermissionsBoundary': boundaries(place) },
    }),
    ...refusals(place),
  );
}
