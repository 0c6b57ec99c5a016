/** Why each statement with a wildcard has it, by the statement's name. A statement that isn't here may have none. */
export const WILDCARD_REASONS: Readonly<Record<string, string>> = {
  TenantObjects: "A tenant's objects: the folder before the wildcard is the session's own tenant.",
  RegistryLogIn:
    'A registry token is for the account, not for a repository; pulling is allowed from one alone.',
  LookAtApps: 'Services and tasks are made by deployments; the cluster before the wildcard is the apps’ own.',
  ListApps: 'Listing has no resource to name; the condition holds it to the apps’ cluster.',
  LookAtReleases: 'ECS takes no resource for describing task definitions and the gateway’s routes.',
  ChangeApps: 'Services are made by deployments; the cluster before the wildcard is the apps’ own.',
  ScaleApps: 'Services are made by deployments; the cluster before the wildcard is the apps’ own.',
  ChangeReleases: 'Task definitions are named by their deployments, which are not known here.',
  RetireReleases: 'ECS takes no resource for deregistering a task definition.',
  StopTasks: 'Tasks are started by deployments; the cluster before the wildcard is the apps’ own.',
  TagApps: 'What is tagged is made in the same call, in the apps’ own cluster.',
  SendMail:
    'SES asks for the sender’s identity (an address or its domain) and, in its sandbox, for the recipients’; the condition holds it to one sender.',
  WriteTraces: 'X-Ray has no resources to name.',
  StopExecutions: "Executions are named by their deployments, so only the state machine's own name is known.",
  ListTableStreams:
    "A stream's label is made with the table; listing them is what Lambda demands of a poller.",
};
