export type { Permission, Principal, Role } from './model.ts';
export { roleSchema } from './model.ts';
export { demandAccess, demandPermission, reach } from './rules.ts';
