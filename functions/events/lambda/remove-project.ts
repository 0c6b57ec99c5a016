import { memoize } from '../../../src/adapters/system/memoize.ts';
import { createProjectRemover } from '../../../src/domain/deployments/index.ts';
import { createPipeline } from '../../runtime/aws/pipeline.ts';
import { createTwoTable } from '../../runtime/aws/table.ts';
import { createConsumerFunction } from '../consume.ts';

const compose = async () => createProjectRemover(createPipeline({ table: createTwoTable() }));

export const handler = createConsumerFunction(memoize(compose));
