/** The import table of docs/architecture: who may import what. */
const no = (name, from, to, extra = {}) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: to, ...extra },
});
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { pathNot: allowed },
});

const AWS = '^node_modules/(@aws-sdk|@smithy|@aws-lambda-powertools|@middy|aws-cdk-lib|constructs|aws-xray)';
const SDKS = '^node_modules/(@aws-sdk|@smithy|aws-cdk-lib|constructs|aws-xray)';
const PURE_PACKAGES = ['^node_modules/zod', '^node_modules/(@types/)?semver'];
const ENTRY_POINTS = '^(functions|infra|local|cli|dashboard|bench|scripts)/';

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      // A cycle of types alone is none when the program runs.
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      // aws-lambda has types and no code: @types/aws-lambda.
      to: { couldNotResolve: true, pathNot: '^aws-lambda$' },
    },
    {
      name: 'declared-dependencies',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'production-needs-no-development-packages',
      severity: 'error',
      from: { path: '^(src|functions|local|state-machines|cli)/' },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: '^node_modules/@types/',
      },
    },
    only('domain-only-domain-and-pure-packages', '^src/domain', ['^src/domain', ...PURE_PACKAGES]),
    no('domain-never-reaches-aws', '^src/domain', AWS, { reachable: true }),
    {
      name: 'domain-modules-through-index',
      severity: 'error',
      from: { path: '^src/domain/([^/]+)/' },
      to: {
        path: '^src/domain/[^/]+/',
        pathNot: ['^src/domain/$1/', '^src/domain/[^/]+/index\\.ts$', '^src/domain/shared/'],
      },
    },
    only('contracts-only-domain-and-pure-packages', '^src/contracts', [
      '^src/contracts',
      '^src/domain',
      ...PURE_PACKAGES,
    ]),
    {
      name: 'domain-from-outside-through-index',
      severity: 'error',
      // local/process is also started by itself, for each child process, and loads as little as it can.
      from: {
        path: '^(src/(adapters|contracts)|functions|local/(?!process/)|state-machines|cli|dashboard)/',
      },
      to: {
        path: '^src/domain/[^/]+/',
        pathNot: ['^src/domain/[^/]+/index\\.ts$', '^src/domain/shared/'],
      },
    },
    no('adapters-know-no-entry-point', '^src/adapters', ENTRY_POINTS),
    // A function's lambda.ts (or its file in lambda/) is its composition root, so that its bundle holds what it uses and nothing else.
    no(
      'handlers-get-adapters-from-runtime',
      '^functions/(?!runtime/|.*/lambda(\\.ts$|/))',
      `^src/adapters/|${SDKS}`,
    ),
    no('functions-never-the-other-side', '^functions', '^(infra|local|cli|dashboard|bench|scripts)/'),
    no('state-machines-only-contracts', '^state-machines', `^(src/adapters|functions|infra|local|cli)/`),
    {
      name: 'infra-imports-declarations-only',
      severity: 'error',
      from: { path: '^infra' },
      to: {
        path: '^(src|functions|local|cli|dashboard|state-machines)/',
        pathNot: [
          '^src/contracts/',
          '^src/adapters/dynamodb/(table|declaration)\\.ts$',
          '^state-machines/(catalog|build/build-spec)\\.ts$',
        ],
      },
    },
    // Scripts may: an operator's tools work on what infra declares (stages, names, figures), and never load its stacks,
    // which take CDK seconds.
    no('scripts-never-load-stacks', '^scripts', '^infra/(stacks|constructs|assets|policies)/', {
      reachable: true,
    }),
    no('nobody-imports-infra', '^(src|functions|local|cli|dashboard|state-machines)', '^infra'),
    no(
      'dashboard-sees-contracts-only',
      '^dashboard',
      '^(functions|infra|local|cli|state-machines|src/(adapters|domain))/',
    ),
    no(
      'production-never-imports-test',
      '^(src|functions|infra|local|cli|dashboard|state-machines)',
      '^(test|bench|scripts)/',
    ),
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.mts', '.js', '.mjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
