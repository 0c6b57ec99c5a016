import { rotateParameterKeys } from '../../../src/adapters/aws/parameter-signing-keys.ts';
import { createLogger } from '../../../src/adapters/system/logger.ts';
import { logLevel } from '../../runtime/aws/environment.ts';
import { signingKeyOptions } from '../../runtime/aws/secrets.ts';
import { createKeyRotator } from '../rotate-signing-key.ts';

export const handler = createKeyRotator({
  rotate: () => rotateParameterKeys(signingKeyOptions()),
  logger: createLogger(logLevel()),
});
