/**
 * Every message that a log can have, with its code. People search for the code and alarms count it, so it stays when the
 * text is put better; a text may change, a code may not.
 */
export const LOG_CODES = {
  request: 'HTTP_REQUEST',
  'request failed': 'HTTP_REQUEST_FAILED',
  'an idempotent answer could not be kept': 'IDEMPOTENT_ANSWER_LOST',
  'signed in': 'SIGNED_IN',
  'sign-in failed': 'SIGN_IN_FAILED',
  'a sign-in attempt could not be taken back': 'SIGN_IN_ATTEMPT_KEPT',
  'request denied': 'REQUEST_DENIED',
  'rate limits are counted by one instance alone': 'RATE_LIMITS_ALONE',
  'an idempotency key could not be given back': 'IDEMPOTENCY_KEY_KEPT',

  'the shared cache was unavailable': 'CACHE_UNAVAILABLE',
  'a write went on without the shared cache': 'CACHE_DOUBTED',
  'a cached value was not usable': 'CACHE_VALUE_INVALID',
  'signing keys were renewed': 'SIGNING_KEYS_RENEWED',
  'signing keys could not be renewed': 'SIGNING_KEYS_NOT_RENEWED',
  mail: 'MAIL',
  'mail is not set up': 'MAIL_NOT_SET_UP',

  'an account is to be deleted': 'ACCOUNT_DELETION_REQUESTED',
  'an account is kept': 'ACCOUNT_DELETION_CANCELLED',

  deployment: 'DEPLOYMENT_EVENT',
  'deployment failed on our side': 'DEPLOYMENT_FAILED_INTERNALLY',
  'output of a deployment could not be removed': 'DEPLOYMENT_OUTPUT_LEFT',
  'log lines of a deployment were lost': 'DEPLOYMENT_LOG_LOST',
  'lines of an unknown log stream': 'LOG_STREAM_UNKNOWN',

  'the bus refused events': 'BUS_REFUSED_EVENTS',
  'events were overdue': 'OUTBOX_OVERDUE',
  'an outbox item is no event': 'OUTBOX_ITEM_INVALID',
  'an outbox item could not be buried': 'OUTBOX_ITEM_NOT_BURIED',
  'an outbox item could not be removed': 'OUTBOX_ITEM_NOT_REMOVED',

  'purged for good': 'PURGED',
  'a purge failed': 'PURGE_FAILED',

  'ECS has no place for tasks': 'ECS_NO_CAPACITY',
  'a task of an unknown service ended': 'ECS_SERVICE_UNKNOWN',
  'one-off task could not be run': 'ECS_ONE_OFF_FAILED',
  'one-off task was not started': 'ECS_ONE_OFF_NOT_STARTED',
  'task definition was not deregistered': 'ECS_DEFINITION_ACTIVE',
  'task definition could not be deleted': 'ECS_DEFINITION_LEFT',
  'archive of a published image could not be removed': 'IMAGE_ARCHIVE_LEFT',

  'circuit opened': 'CIRCUIT_OPENED',
  'circuit half-open': 'CIRCUIT_HALF_OPEN',
  'circuit closed': 'CIRCUIT_CLOSED',

  stopping: 'LOCAL_STOPPING',
  'the purge failed': 'LOCAL_PURGE_FAILED',
  'gateway failed': 'LOCAL_GATEWAY_FAILED',
  'event could not be acknowledged': 'LOCAL_EVENT_NOT_ACKNOWLEDGED',
  'event became a dead letter': 'LOCAL_EVENT_BURIED',
  'event will be delivered again': 'LOCAL_EVENT_RETRIED',
  'a dead letter could not be followed up': 'LOCAL_DEAD_LETTER_LEFT',
  'execution could not be settled': 'LOCAL_EXECUTION_NOT_SETTLED',
  'app could not be started again': 'LOCAL_APP_NOT_RESTARTED',
  'crash could not be recorded': 'LOCAL_CRASH_NOT_RECORDED',
  'app could not be stopped': 'LOCAL_APP_NOT_STOPPED',
  'app did not answer': 'LOCAL_APP_NO_ANSWER',
  'child process trouble': 'LOCAL_PROCESS_TROUBLE',
  'ended processes of an earlier run': 'LOCAL_ORPHANS_ENDED',
} as const;

/** A message of the log. */
export type LogMessage = keyof typeof LOG_CODES;
