import { pathToFileURL } from 'node:url';
import { mainJobSuite } from '../support/main-job.ts';
import { startTestPlatform } from '../support/platform.ts';
import { signUp } from '../support/platform-client.ts';

mainJobSuite('on a laptop', async () => {
  const platform = await startTestPlatform();
  return {
    isolation: 'none',
    address: new RegExp(`^http://main-job\\.localhost:${platform.port}$`),
    signUp: () => signUp(platform.port, 'ada@example.com'),
    repositoryUrl: ({ path }) => pathToFileURL(path).href,
    remove: () => platform.remove(),
  };
});
