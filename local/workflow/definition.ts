import { readFileSync } from 'node:fs';
import type { StateMachine } from 'aws-local-stepfunctions';
import { BUILD_SUBSTITUTION, DEPLOY_TASKS } from '../../state-machines/catalog.ts';

type Definition = ConstructorParameters<typeof StateMachine>[0];

/** deploy.asl.json as the local interpreter takes it. The function names are never called: each state has a local
 *  handler; they only have to look like names. */
export function readDefinition(): Definition {
  const text = readFileSync(new URL('../../state-machines/deploy.asl.json', import.meta.url), 'utf8');
  const names = [...Object.values(DEPLOY_TASKS).map((task) => task.substitution), BUILD_SUBSTITUTION];
  const filled = names.reduce(
    (result, name) => result.replaceAll(`\${${name}}`, `arn:aws:lambda:local:000000000000:function:${name}`),
    text,
  );
  return JSON.parse(filled) as Definition;
}
