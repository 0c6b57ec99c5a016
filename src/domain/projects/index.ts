export { deleteAllProjects } from './delete-all.ts';
export { deleteProject, listDeletedProjects, restoreProject } from './deletion.ts';
export { PROJECT_EVENTS } from './events.ts';
export type { DeletedProject, Project, Variables } from './model.ts';
export {
  deletedProjectSchema,
  descriptionSchema,
  projectNameSchema,
  projectSchema,
  repositoryUrlSchema,
  variablesSchema,
} from './model.ts';
export type { ProjectStore } from './ports.ts';
export type { NewProject, ProjectDependencies } from './projects.ts';
export { createProject, getProject, listProjects, lookUpProject, updateProject } from './projects.ts';
