import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readBuildSpec } from '../../state-machines/build/build-spec.ts';
import {
  BUILD_LOG_SUBSTITUTION,
  BUILD_SUBSTITUTION,
  DEPLOY_TASKS,
  SUBSTITUTIONS,
} from '../../state-machines/catalog.ts';
import { createResolver } from './support/policy/resolve.ts';
import { PROD, resourcesOf, synthesize } from './support/synth.ts';

const FILE = readFileSync(new URL('../../state-machines/deploy.asl.json', import.meta.url), 'utf8');
const templates = await synthesize(PROD);
const resolve = createResolver(templates);
const [machine] = resourcesOf(templates, 'AWS::StepFunctions::StateMachine');
const substitutions = resolve('orchestration', machine?.properties['DefinitionSubstitutions']) as Record<
  string,
  string
>;

function substitute(text: string): string {
  return text.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => substitutions[name] ?? `missing ${name}`);
}

describe('the state machine that is deployed', () => {
  test('is the file, byte for byte, before and after substitution', () => {
    const deployed = machine?.properties['DefinitionString'];
    expect(deployed).toBe(FILE);
    expect(substitute(String(deployed))).toBe(substitute(FILE));
    expect(substitute(FILE)).not.toMatch(/\$\{|missing/);
  });

  test('is substituted with its tasks’ functions, the build project and its log, and nothing else', () => {
    expect(Object.keys(substitutions).toSorted()).toEqual(SUBSTITUTIONS.toSorted());
    for (const [state, { substitution }] of Object.entries(DEPLOY_TASKS)) {
      expect(substitutions[substitution]).toMatch(new RegExp(`^<orchestration/${state}Function\\w+\\.Arn>$`));
    }
    expect(substitutions[BUILD_SUBSTITUTION]).toMatch(/^<orchestration\/Builds\w+>$/);
    expect(substitutions[BUILD_LOG_SUBSTITUTION]).toMatch(/^<orchestration\/BuildLog\w+>$/);
  });

  test('is of the kind that keeps its history', () => {
    expect(machine?.properties['StateMachineType']).toBe('STANDARD');
    expect(machine?.properties['TracingConfiguration']).toEqual({ Enabled: true });
  });
});

describe('the build project', () => {
  const [project] = resourcesOf(templates, 'AWS::CodeBuild::Project');

  test('runs the platform’s buildspec in a machine of its own, with no source of its own', () => {
    expect(project?.properties['Source']).toEqual({ Type: 'NO_SOURCE', BuildSpec: readBuildSpec() });
    expect(project?.properties['Environment']).toMatchObject({ PrivilegedMode: true, Type: 'ARM_CONTAINER' });
    expect(project?.properties['Artifacts']).toEqual({ Type: 'NO_ARTIFACTS' });
  });

  test('gets neither credentials nor an account’s variables', () => {
    expect(project?.properties['Environment']).not.toHaveProperty('EnvironmentVariables');
  });
});
