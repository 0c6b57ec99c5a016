import { memoize } from '../../../src/adapters/system/memoize.ts';
import { createImages, createPipeline } from '../../runtime/aws/pipeline.ts';
import { createTenantTable } from '../../runtime/aws/table.ts';
import { createSettler } from '../settle-deployment.ts';

const compose = memoize(async () => createPipeline({ table: createTenantTable(), images: createImages() }));
const settle = createSettler(compose);

export const handler = async (event: Parameters<typeof settle>[0]): Promise<void> => {
  await settle(event);
  await (await compose()).logs.flush();
};
