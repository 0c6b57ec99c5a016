export type { Permission, Principal, Role, Scope, Target } from './model.ts';
export { roleSchema, SCOPES, scopeSchema } from './model.ts';
export {
  demandAccess,
  demandPermission,
  isDefaultScope,
  isReached,
  permissionOf,
  reach,
  seesProject,
} from './rules.ts';
