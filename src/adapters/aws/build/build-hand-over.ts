import { toDockerfile, toDockerignore } from '../../../domain/builds/index.ts';
import type { BuildHandOver } from '../../../domain/deployments/index.ts';
import { type BuildHandOverOptions, prepareBuildInput } from './hand-over.ts';

/** The hand-over to CodeBuild: the plan as a Dockerfile, or the repository's own, and the addresses of source and image behind one ticket. */
export function createBuildHandOver(options: BuildHandOverOptions): BuildHandOver {
  return {
    builds_dockerfiles: true,
    async handOver(key, { plan, snapshot, variables }) {
      if (plan.dockerfile !== undefined) {
        const { job_url } = await prepareBuildInput(options, key, {
          dockerfile: { kind: 'repository', path: plan.dockerfile },
          // As its ARG instructions ask for them.
          build_arguments: variables,
          build_secrets: {},
        });
        return job_url;
      }
      const text = toDockerfile(plan, { snapshot, build_variables: Object.keys(variables) });
      const { job_url } = await prepareBuildInput(options, key, {
        dockerfile: { kind: 'generated', text, ignore: toDockerignore(plan) },
        build_arguments: {},
        build_secrets: variables,
      });
      return job_url;
    },
  };
}
