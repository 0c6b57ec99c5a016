import { createMetricsStore } from '../../../src/adapters/stores/metrics-store.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { createMetricsConsumer } from '../../../src/domain/metrics/index.ts';
import { bindConsumer } from '../../runtime/aws/bind-consumer.ts';
import { createEmfDeploymentMetrics } from '../../runtime/aws/deployment-metrics.ts';
import { required } from '../../runtime/aws/environment.ts';
import { createTwoTable } from '../../runtime/aws/table.ts';

const compose = async () =>
  createMetricsConsumer(
    createMetricsStore(createTwoTable(), systemClock),
    createEmfDeploymentMetrics(required('AWS_REGION')),
  );

export const handler = bindConsumer('metrics', compose);
