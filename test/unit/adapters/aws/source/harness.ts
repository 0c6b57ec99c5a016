import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Parser, type ReadEntry } from 'tar';
import { createAddressGuard } from '../../../../../src/adapters/aws/source/address-guard.ts';
import {
  createS3SourceProvider,
  type S3SourceProviderOptions,
} from '../../../../../src/adapters/aws/source/provider.ts';
import { createTestBucket, type TestBucket } from '../../../../support/bucket.ts';
import { createGitServer, type GitServer, requestWithoutTls } from '../../../../support/git-server.ts';
import {
  createRepository,
  type RepositoryFiles,
  type TestRepository,
} from '../../../../support/repository.ts';

export const KEY = { tenant_id: 'ten_1', deployment_id: 'dpl_1' };
export const LIMITS = { timeout_ms: 20_000, max_size_bytes: 5_000_000 };

export interface SourceHarness {
  readonly server: GitServer;
  readonly repository: TestRepository;
  readonly bucket: TestBucket;
  /** What was put into the bucket. */
  readonly objects: ReadonlyMap<string, Buffer>;
  readonly url: string;
  /** @param create - another build of the same provider */
  provider(
    options?: Partial<S3SourceProviderOptions>,
    create?: typeof createS3SourceProvider,
  ): ReturnType<typeof createS3SourceProvider>;
  /** @throws Error when a fetch left anything on the disk */
  close(): Promise<void>;
}

/** A repository behind a real git server, and a bucket. */
export async function createSourceHarness(files: RepositoryFiles): Promise<SourceHarness> {
  const temporary_dir = mkdtempSync(join(tmpdir(), 'branchline-source-'));
  const repository = createRepository({ files });
  const server = await createGitServer(dirname(repository.path));
  const bucket = await createTestBucket();
  mkdirSync(join(temporary_dir, 'work'));
  return {
    server,
    repository,
    bucket,
    objects: bucket.objects,
    url: server.url(`${basename(repository.path)}/.git`),
    provider: (options = {}, create = createS3SourceProvider) =>
      create({
        storage: bucket.storage,
        temporary_dir: join(temporary_dir, 'work'),
        limits: LIMITS,
        guard: createAddressGuard({ allowed: ['127.0.0.1'] }),
        request: requestWithoutTls,
        ...options,
      }),
    async close() {
      const leftovers = readdirSync(join(temporary_dir, 'work'));
      await server.close();
      await bucket.close();
      repository.remove();
      rmSync(temporary_dir, { recursive: true, force: true });
      if (leftovers.length > 0) throw new Error(`Left on the disk: ${leftovers.join()}`);
    },
  };
}

/** What an archive holds: each file's mode and content, each link's target, null for a folder. */
export async function readArchive(archive: Buffer | undefined): Promise<Record<string, string | null>> {
  const found: Record<string, string | null> = {};
  const parser = new Parser({ strict: true });
  parser.on('entry', (entry: ReadEntry) => {
    const chunks: Buffer[] = [];
    entry.on('data', (chunk: Buffer) => chunks.push(chunk));
    entry.on('end', () => {
      const path = entry.path.replace(/^\.\//, '');
      if (entry.type === 'Directory') found[path] = null;
      else if (entry.type === 'SymbolicLink') found[path] = `-> ${entry.linkpath}`;
      else found[path] = `${(entry.mode ?? 0).toString(8)} ${Buffer.concat(chunks).toString('utf8')}`;
    });
  });
  await new Promise<void>((resolve, reject) => {
    parser.on('end', resolve);
    parser.on('error', reject);
    parser.end(archive ?? Buffer.alloc(0));
  });
  return found;
}
