/** Why each statement with a wildcard has it, by the statement's name. A statement that isn't here may have none. */
export const WILDCARD_REASONS: Readonly<Record<string, string>> = {
  TenantObjects: "A tenant's objects: the folder before the wildcard is the session's own tenant.",
  WriteTraces: 'X-Ray has no resources to name.',
  StopExecutions: "Executions are named by their deployments, so only the state machine's own name is known.",
  ListTableStreams:
    "A stream's label is made with the table; listing them is what Lambda demands of a poller.",
};
