// By its file: the whole of semver would be in the bundle.
import intersects from 'semver/ranges/intersects.js';
import type { BuildPlan } from './model.ts';

/** The images that a plan is built in and runs in. */
export interface Bases {
  readonly build: string;
  /** `scratch` where the app is one static binary that no shell has to start. */
  readonly final: string;
}

/** Where images come from when nothing else is said. */
export const DEFAULT_REGISTRY = 'docker.io/library';

// Both stages of one Debian release: what is compiled in the one is loaded in the other.
const DEBIAN = 'bookworm';
/** Supported versions, the default one first, then newest first. */
const VERSIONS = {
  'Node.js': ['24', '22', '20'],
  Python: ['3.12', '3.14', '3.13', '3.11', '3.10', '3.9'],
  Go: ['1.26', '1.27', '1.25'],
} as const;

/** Base images by language, in the version that the repository asks for where there is one of that. */
export function basesFor(plan: BuildPlan, registry: string): Bases {
  const image = (name: string) => `${registry}/${name}`;
  const slim = image(`debian:${DEBIAN}-slim`);
  switch (plan.provider) {
    case 'node': {
      const version = versionOf(plan, 'Node.js');
      return {
        build: image(`node:${version}-${DEBIAN}`),
        final: image(`node:${version}-${DEBIAN}-slim`),
      };
    }
    case 'python': {
      const version = versionOf(plan, 'Python');
      return {
        build: image(`python:${version}-${DEBIAN}`),
        final: image(`python:${version}-slim-${DEBIAN}`),
      };
    }
    case 'go': {
      const build = image(`golang:${versionOf(plan, 'Go')}-${DEBIAN}`);
      return { build, final: needsShell(plan) ? slim : 'scratch' };
    }
    default:
      return { build: image(`debian:${DEBIAN}`), final: slim };
  }
}

/** A static program that asks for health where the image has no program of its own for that. */
export function healthProbeImage(registry: string): string {
  return `${registry}/busybox:1.37-musl`;
}

/** What runs the static file server. */
export function staticServerImage(registry: string): string {
  return `${registry}/node:${VERSIONS['Node.js'][0]}-${DEBIAN}-slim`;
}

function versionOf(plan: BuildPlan, toolchain: keyof typeof VERSIONS): string {
  const [standard, ...others] = VERSIONS[toolchain];
  const wanted = plan.toolchains.find(({ name }) => name === toolchain)?.wanted;
  if (wanted === undefined) return standard;
  return [standard, ...others].find((version) => intersects(`${version}.x`, wanted.range)) ?? standard;
}

function needsShell({ start, pre_deploy }: BuildPlan): boolean {
  return start.kind === 'shell' || pre_deploy.length > 0;
}
