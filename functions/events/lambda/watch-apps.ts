import process from 'node:process';
import { memoize } from '../../../src/adapters/system/memoize.ts';
import { createTracer } from '../../../src/adapters/telemetry/tracer.ts';
import { createAppWatch } from '../../runtime/aws/compute.ts';
import { runAndFlush } from '../../runtime/aws/flush.ts';
import { createPipelineWithoutApps } from '../../runtime/aws/pipeline-without-apps.ts';
import { createTenantTable } from '../../runtime/aws/table.ts';
import { traced } from '../../runtime/traced.ts';
import { createAppWatcher } from '../watch-apps.ts';

const compose = memoize(async () => {
  const pipeline = createPipelineWithoutApps({ table: createTenantTable() });
  return { ...pipeline, apps: createAppWatch(pipeline.logger) };
});
const watch = createAppWatcher(compose);

const tracer = createTracer(process.env);

export const handler = (event: Parameters<typeof watch>[0]): Promise<void> =>
  traced(tracer, 'consume watch-apps', { kind: 'consumer' }, async () => {
    await runAndFlush(await compose(), () => watch(event));
  });
