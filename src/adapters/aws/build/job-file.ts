/** The Dockerfile of a build: the one that the platform wrote for the plan, with its .dockerignore, or the repository's
 *  own. */
export type BuildDockerfile =
  | { readonly kind: 'generated'; readonly text: string; readonly ignore: string }
  | { readonly kind: 'repository'; readonly path: string };

/** All that a build is told. The addresses are credentials. */
export interface BuildJob {
  readonly source_url: string;
  readonly image_url: string;
  /** Removes the job's file: the build's first act, so that nobody uses it again. */
  readonly discard_url: string;
  readonly time_limit_s: number;
  readonly max_image_bytes: number;
  readonly dockerfile: BuildDockerfile;
  /** What the repository's own Dockerfile may ask for by ARG. */
  readonly build_arguments: Readonly<Record<string, string>>;
  /** What the platform's Dockerfile mounts where it runs commands; none of it gets into a layer. */
  readonly build_secrets: Readonly<Record<string, string>>;
}

/** A job as state-machines/build/build.sh reads it: lines of a name and a value in base64, so that a shell needs no
 *  parser for it and nothing in a value can end it. */
export function encodeBuildJob(job: BuildJob): string {
  const { dockerfile, build_arguments, build_secrets, ...rest } = job;
  const lines = [
    ...Object.entries(rest),
    ...dockerfileLines(dockerfile),
    ...Object.entries(build_arguments).map(([name, value]) => ['build_argument', `${name}=${value}`]),
    ...Object.entries(build_secrets).map(([name, value]) => ['build_secret', `${name}=${value}`]),
  ];
  return lines.map(([name, value]) => `${name}=${Buffer.from(String(value)).toString('base64')}\n`).join('');
}

function dockerfileLines(dockerfile: BuildDockerfile): (readonly [string, string])[] {
  if (dockerfile.kind === 'repository') return [['dockerfile_path', dockerfile.path]];
  return [
    ['dockerfile', dockerfile.text],
    ['dockerignore', dockerfile.ignore],
  ];
}
