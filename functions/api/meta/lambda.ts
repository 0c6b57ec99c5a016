import { createPublicRuntime } from '../../runtime/aws/api.ts';
import { bindHttp } from '../../runtime/aws/bind.ts';
import { verificationKeys } from '../../runtime/aws/secrets.ts';
import { createMetaFunction } from './handler.ts';

async function compose() {
  return createMetaFunction({
    ...createPublicRuntime(),
    readKeySet: () => verificationKeys().readKeySet(),
  });
}

export const handler = bindHttp(compose);
