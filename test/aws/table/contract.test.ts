import { createDynamoTable } from '../../../src/adapters/dynamodb/dynamodb-table.ts';
import { tableContract } from '../../contract/table/table-contract.ts';
import { createTestTables } from '../../support/aws.ts';

tableContract('DynamoDB', async () => {
  const tables = await createTestTables();
  return {
    table: createDynamoTable(tables.client, tables.names),
    close: () => tables.delete(),
  };
});
