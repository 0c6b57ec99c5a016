export { createAccountPurge } from './account.ts';
export type { DuePurge, ProjectOutput, ProjectRemains } from './ports.ts';
export { createProjectPurge } from './project.ts';
export { createPurger } from './purger.ts';
