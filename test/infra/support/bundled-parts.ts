/** What of a bundle stands in the place of a package, by what uses it: bundled for test/infra/replacements.test.ts. */
export { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
export { createS3SourceProvider } from '../../../src/adapters/aws/source/provider.ts';
