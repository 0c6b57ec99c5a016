export { PROJECT_EVENTS } from './events.ts';
export type { Project, Variables } from './model.ts';
export {
  descriptionSchema,
  projectNameSchema,
  projectSchema,
  repositoryUrlSchema,
  variablesSchema,
} from './model.ts';
export type { ProjectStore } from './ports.ts';
export type { NewProject, ProjectDependencies } from './projects.ts';
export { createProject, deleteProject, getProject, listProjects, updateProject } from './projects.ts';
