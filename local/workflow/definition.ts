import { readFileSync } from 'node:fs';
import type { StateMachine } from 'aws-local-stepfunctions';
import { SUBSTITUTIONS } from '../../state-machines/catalog.ts';

type Definition = ConstructorParameters<typeof StateMachine>[0];

/** deploy.asl.json as the local interpreter takes it. The function names are never called: each state has a local
 *  handler; they only have to look like names. */
export function readDefinition(): Definition {
  const text = readFileSync(new URL('../../state-machines/deploy.asl.json', import.meta.url), 'utf8');
  const filled = SUBSTITUTIONS.reduce(
    (result, name) => result.replaceAll(`\${${name}}`, `arn:aws:lambda:local:000000000000:function:${name}`),
    text,
  );
  return JSON.parse(filled) as Definition;
}
