import { memoize } from '../../../src/adapters/system/memoize.ts';
import { runAndFlush } from '../../runtime/aws/flush.ts';
import { createImageRemover } from '../../runtime/aws/image-remover.ts';
import { createPipeline } from '../../runtime/aws/pipeline.ts';
import { createTenantTable } from '../../runtime/aws/table.ts';
import { createSettler } from '../settle-deployment.ts';

const compose = memoize(async () =>
  createPipeline({ table: createTenantTable(), images: createImageRemover() }),
);
const settle = createSettler(compose);

export const handler = async (event: Parameters<typeof settle>[0]): Promise<void> => {
  await runAndFlush(await compose(), () => settle(event));
};
