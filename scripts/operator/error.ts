/** What stops an operator's tool and is no fault of its own: its message says what is wrong and what to do. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}

/** Errors of AWS and its SDK that an operator can do something about, by name. */
const ADVICE: Readonly<Record<string, string>> = {
  CredentialsProviderError:
    'There are no AWS credentials. Sign in (aws sso login, aws configure) or set AWS_PROFILE.',
  ExpiredTokenException: 'The AWS credentials have expired. Sign in again.',
  ExpiredToken: 'The AWS credentials have expired. Sign in again.',
  UnrecognizedClientException:
    'AWS doesn’t know these credentials. Look at AWS_PROFILE and the AWS_* variables.',
  InvalidSignatureException: 'AWS refuses these credentials. Look at AWS_PROFILE and the AWS_* variables.',
  AccessDeniedException: 'These credentials may not do this.',
  ResourceInUseException: 'The table is still changing. Run the same command again in a minute.',
  ContinuousBackupsUnavailableException:
    'The table can’t have point-in-time recovery yet. Run the same command again in a minute.',
  LimitExceededException: 'AWS is at a limit of its own. Run the same command again in a few minutes.',
};

/** An error as an operator should read it; undefined for one that is a fault of the program. */
export function adviceOn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof OperatorError) return error.message;
  if (error.message === 'Region is missing') return 'There is no AWS region. Set AWS_REGION or AWS_PROFILE.';
  const advice = ADVICE[error.name];
  return advice === undefined ? undefined : `${advice}\n  ${error.name}: ${error.message}`;
}
