import { createProjectFollower } from '../../../src/domain/deployments/index.ts';
import { bindConsumer } from '../../runtime/aws/bind-consumer.ts';
import { createPipeline } from '../../runtime/aws/pipeline.ts';
import { createTwoTable } from '../../runtime/aws/table.ts';

const compose = async () => createProjectFollower(createPipeline({ table: createTwoTable() }));

export const handler = bindConsumer('remove-project', compose);
