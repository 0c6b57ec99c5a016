import { expect, test } from 'vitest';
import { findModelErrors } from '../../support/fake-ecs-model.ts';

const CONTAINER = { name: 'app', image: 'a' };

test.each<[string, unknown, string[]]>([
  ['DescribeServices', { services: ['a'], include: ['TAGS'] }, []],
  ['DescribeServices', {}, ['DescribeServices.services: required']],
  ['DescribeServices', { services: [1] }, ['DescribeServices.services[0]: number instead of string']],
  ['DescribeServices', { services: 'a' }, ['DescribeServices.services: not a list']],
  [
    'CreateService',
    { serviceName: 'a', gatewayConnector: [] },
    ['CreateService.gatewayConnector: no such member'],
  ],
  [
    'CreateService',
    { serviceName: 'a', gatewayConnectors: [{ healthCheck: { matcher: { httpCodes: '200' } } }] },
    [
      'CreateService.gatewayConnectors[0].portName: required',
      'CreateService.gatewayConnectors[0].healthCheck.matcher.httpCodes: no such member',
    ],
  ],
  [
    'RegisterTaskDefinition',
    {
      family: 'a',
      containerDefinitions: [{ ...CONTAINER, dockerLabels: { a: 1 }, environment: [{ nam: 'A' }] }],
    },
    [
      'RegisterTaskDefinition.containerDefinitions[0].dockerLabels.a: number instead of string',
      'RegisterTaskDefinition.containerDefinitions[0].environment[0].nam: no such member',
    ],
  ],
])('%s %j', (operation, input, errors) => {
  expect(findModelErrors(operation, input)).toEqual(errors);
});

test('an operation that the SDK does not know', () => {
  expect(() => findModelErrors('CreateEverything', {})).toThrow('No operation CreateEverything');
});
