import { GetItemCommand, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { createTestDynamo } from '../../support/aws.ts';
import { callDeployed, signUpDeployed } from '../../support/deployed-api.ts';
import { readFunctionEnvironment, runFunction } from '../../support/deployed-function.ts';

interface Project {
  readonly id: string;
  readonly tenant_id: string;
}

it('the purge removes a deleted project whose time has come, and leaves one that can still be restored', async () => {
  const { TENANTS_TABLE } = await readFunctionEnvironment('purge');
  const { token } = await signUpDeployed('ada');
  const make = async (name: string): Promise<Project> => {
    const body = { name, repository_url: 'https://example.com/app.git', environment: { A: '1' } };
    const { json } = await callDeployed('POST', '/api/v1/projects', { token, body });
    const project = json as Project;
    expect((await callDeployed('DELETE', `/api/v1/projects/${project.id}`, { token })).status).toBe(204);
    return project;
  };
  const doomed = await make('doomed');
  const waiting = await make('waiting');
  const key = { pk: { S: `T#${doomed.tenant_id}` }, sk: { S: `DELETED_PROJECT#${doomed.id}` } };
  const dynamo = createTestDynamo();
  await dynamo.send(
    new UpdateItemCommand({
      TableName: TENANTS_TABLE,
      Key: key,
      UpdateExpression: 'SET purge_at = :at, due_sk = :due',
      ExpressionAttributeValues: {
        ':at': { S: '2020-01-01T00:00:00.000Z' },
        ':due': { S: `2020-01-01T00:00:00.000Z#${doomed.id}` },
      },
    }),
  );

  expect(await runFunction('purge')).toMatchObject({ purged: 1, unfinished: 0 });

  expect(
    (await dynamo.send(new GetItemCommand({ TableName: TENANTS_TABLE, Key: key }))).Item,
  ).toBeUndefined();
  const contents = await dynamo.send(
    new QueryCommand({
      TableName: TENANTS_TABLE,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: `T#${doomed.tenant_id}#P#${doomed.id}` } },
    }),
  );
  expect(contents.Items).toEqual([]);
  const restore = (id: string) => callDeployed('POST', `/api/v1/projects/${id}/restore`, { token });
  expect((await restore(doomed.id)).status).toBe(404);
  expect(await restore(waiting.id)).toMatchObject({ status: 200, json: { id: waiting.id, name: 'waiting' } });
});
