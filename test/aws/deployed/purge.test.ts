import { GetItemCommand, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { createTestDynamo } from '../../support/aws.ts';
import { callDeployed, DEPLOYED_PASSWORD, signUpDeployed } from '../../support/deployed-api.ts';
import { readFunctionEnvironment, runFunction } from '../../support/deployed-function.ts';

interface Project {
  readonly id: string;
  readonly tenant_id: string;
}

const LONG_AGO = '2020-01-01T00:00:00.000Z';
const dynamo = createTestDynamo();
const { TENANTS_TABLE, DIRECTORY_TABLE } = await readFunctionEnvironment('purge');

type Key = Record<'pk' | 'sk', { readonly S: string }>;
const keyOf = (pk: string, sk: string): Key => ({ pk: { S: pk }, sk: { S: sk } });

async function setTexts(TableName: string | undefined, Key: Key, texts: Readonly<Record<string, string>>) {
  const names = Object.keys(texts);
  const values = Object.entries(texts).map(([name, text]) => [`:${name}`, { S: text }]);
  await dynamo.send(
    new UpdateItemCommand({
      TableName,
      Key,
      UpdateExpression: `SET ${names.map((name) => `${name} = :${name}`).join(', ')}`,
      ExpressionAttributeValues: Object.fromEntries(values),
    }),
  );
}

/** Lets the time of something deleted come. */
const makeDue = (key: Key, id: string) =>
  setTexts(TENANTS_TABLE, key, { purge_at: LONG_AGO, due_sk: `${LONG_AGO}#${id}` });

async function sortKeysIn(TableName: string | undefined, pk: string): Promise<(string | undefined)[]> {
  const ExpressionAttributeValues = { ':pk': { S: pk } };
  const input = { TableName, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues };
  const { Items = [] } = await dynamo.send(new QueryCommand(input));
  return Items.map(({ sk }) => sk?.S);
}

async function createProject(token: string, name: string): Promise<Project> {
  const body = { name, repository_url: 'https://example.com/app.git', environment: { A: '1' } };
  const { status, json } = await callDeployed('POST', '/api/v1/projects', { token, body });
  expect(status).toBe(201);
  return json as Project;
}

it('the purge removes a deleted project whose time has come, and leaves one that can still be restored', async () => {
  const { token } = await signUpDeployed('ada');
  const make = async (name: string): Promise<Project> => {
    const project = await createProject(token, name);
    expect((await callDeployed('DELETE', `/api/v1/projects/${project.id}`, { token })).status).toBe(204);
    return project;
  };
  const doomed = await make('doomed');
  const waiting = await make('waiting');
  const key = keyOf(`T#${doomed.tenant_id}`, `DELETED_PROJECT#${doomed.id}`);
  await makeDue(key, doomed.id);

  expect(await runFunction('purge')).toMatchObject({ purged: 1, unfinished: 0 });

  expect(
    (await dynamo.send(new GetItemCommand({ TableName: TENANTS_TABLE, Key: key }))).Item,
  ).toBeUndefined();
  expect(await sortKeysIn(TENANTS_TABLE, `T#${doomed.tenant_id}#P#${doomed.id}`)).toEqual([]);
  const restore = (id: string) => callDeployed('POST', `/api/v1/projects/${id}/restore`, { token });
  expect((await restore(doomed.id)).status).toBe(404);
  expect(await restore(waiting.id)).toMatchObject({ status: 200, json: { id: waiting.id, name: 'waiting' } });
});

it('the purge removes an account whose user did not come back, and with it what was theirs alone', async () => {
  const { email, user_id, tenant_id, token } = await signUpDeployed('ada');
  const project = await createProject(token, 'left-behind');
  await callDeployed('POST', '/api/v1/users/me/deletion', { token, body: { password: DEPLOYED_PASSWORD } });
  await setTexts(DIRECTORY_TABLE, keyOf(`USER#${user_id}`, 'USER'), { deletes_at: LONG_AGO });
  await makeDue(keyOf(`T#${tenant_id}`, `USER_DELETION#${user_id}`), user_id);

  expect(await runFunction('purge')).toMatchObject({ purged: 1, unfinished: 0 });

  expect(await sortKeysIn(DIRECTORY_TABLE, `USER#${user_id}`)).toEqual([]);
  // The project has its own time, until which everything of it stays.
  expect(await sortKeysIn(TENANTS_TABLE, `T#${tenant_id}`)).toEqual([`DELETED_PROJECT#${project.id}`]);
  const again = await signUpDeployed('ada', { email });
  expect(again.user_id).not.toBe(user_id);
});
