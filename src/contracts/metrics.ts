/** The namespace of all metrics in CloudWatch. */
export const METRICS_NAMESPACE = 'Branchline';

/** Changes of circuit breakers, by the state that they came to. */
export const CIRCUIT_CHANGES = 'railway_circuit_changes_total';
