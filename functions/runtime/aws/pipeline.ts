import { createCompute } from './compute.ts';
import { createPipelineWithoutApps, type PipelineParts } from './pipeline-without-apps.ts';

/** The pipeline as one function runs its part of it, with the apps. The function flushes the logs before it answers. */
export function createPipeline(parts: PipelineParts): ReturnType<typeof createPipelineWithoutApps> {
  const pipeline = createPipelineWithoutApps(parts);
  return { ...pipeline, ...createCompute(pipeline.logs, pipeline.logger) };
}
