import process from 'node:process';
import { memoize } from '../../../src/adapters/system/memoize.ts';
import { createTracer } from '../../../src/adapters/telemetry/tracer.ts';
import { runAndFlush } from '../../runtime/aws/flush.ts';
import { createImageRemover } from '../../runtime/aws/image-remover.ts';
import { createPipeline } from '../../runtime/aws/pipeline.ts';
import { createTenantTable } from '../../runtime/aws/table.ts';
import { traced } from '../../runtime/traced.ts';
import { createSettler } from '../settle-deployment.ts';

const compose = memoize(async () =>
  createPipeline({ table: createTenantTable(), images: createImageRemover() }),
);
const settle = createSettler(compose);

const tracer = createTracer(process.env);

export const handler = (event: Parameters<typeof settle>[0]): Promise<void> =>
  traced(tracer, 'consume settle-deployment', { kind: 'consumer' }, async () => {
    await runAndFlush(await compose(), () => settle(event));
  });
