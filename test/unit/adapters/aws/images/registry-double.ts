import { sha256 } from '../../../../../src/adapters/aws/images/digest-file.ts';
import {
  type AwsEndpoint,
  createAwsEndpoint,
  type ReceivedRequest,
} from '../../../../support/aws-endpoint.ts';

export const REPOSITORY = 'branchline-dev';

/** The input of a call of ECR's, as far as these tests look into it. */
export interface EcrInput {
  readonly repositoryName?: string;
  readonly imageIds?: readonly { readonly imageTag: string }[];
  readonly layerDigests?: readonly string[];
  readonly uploadId?: string;
  readonly partFirstByte?: number;
  readonly partLastByte?: number;
  readonly layerPartBlob?: string;
  readonly imageTag?: string;
  readonly imageManifest?: string;
  readonly imageDigest?: string;
}

export interface EcrCall {
  readonly operation: string;
  readonly input: EcrInput;
}

export type EcrAnswer = (input: EcrInput) => object;

/** What ECR refuses a call with. */
export class EcrRefusal extends Error {
  readonly status: number;

  constructor(code: string, status = 400) {
    super(code);
    this.status = status;
  }
}

export interface RegistryDouble {
  readonly endpoint: AwsEndpoint;
  readonly blobs: Map<string, Buffer>;
  readonly tags: Map<string, { readonly digest: string; readonly manifest: string }>;
  calls(): EcrCall[];
  callsOf(operation: string): EcrInput[];
  /** Answers this operation in the registry's place. */
  on(operation: string, answer: EcrAnswer): void;
}

const TARGET = 'AmazonEC2ContainerRegistry_V20150921.';

/** ECR behind its own protocol, as strict as it is: wrong digests, gaps between parts and missing layers are refused. */
export async function createRegistryDouble(part_bytes = 100): Promise<RegistryDouble> {
  const blobs: RegistryDouble['blobs'] = new Map();
  const tags: RegistryDouble['tags'] = new Map();
  const answers = new Map(Object.entries(registryAnswers(blobs, tags, part_bytes)));
  const endpoint = await createAwsEndpoint((request) => {
    const { operation, input } = readCall(request);
    try {
      const answer = answers.get(operation);
      if (answer === undefined || input.repositoryName !== REPOSITORY)
        throw new EcrRefusal('InvalidParameter');
      return { body: JSON.stringify(answer(input)) };
    } catch (error) {
      if (!(error instanceof EcrRefusal)) throw error;
      return { status: error.status, body: JSON.stringify({ __type: error.message, message: 'no' }) };
    }
  });
  const calls = () => endpoint.received.map(readCall);
  return {
    endpoint,
    blobs,
    tags,
    calls,
    callsOf: (operation) =>
      calls()
        .filter((call) => call.operation === operation)
        .map(({ input }) => input),
    on: (operation, answer) => void answers.set(operation, answer),
  };
}

function readCall({ headers, body, signature }: ReceivedRequest): EcrCall {
  const target = headers['x-amz-target'] ?? '';
  if (!target.startsWith(TARGET) || !signature.scope.endsWith('/ecr/aws4_request')) throw new Error(target);
  return { operation: target.slice(TARGET.length), input: JSON.parse(body.toString()) as EcrInput };
}

function registryAnswers(
  blobs: RegistryDouble['blobs'],
  tags: RegistryDouble['tags'],
  part_bytes: number,
): Record<string, EcrAnswer> {
  const uploads = new Map<string, Buffer[]>();
  return {
    DescribeImages({ imageIds }) {
      const image = tags.get(imageIds?.[0]?.imageTag ?? '');
      if (image === undefined) throw new EcrRefusal('ImageNotFoundException');
      return { imageDetails: [{ imageDigest: image.digest }] };
    },
    BatchCheckLayerAvailability: ({ layerDigests = [] }) => ({
      layers: layerDigests.map((layerDigest) => ({
        layerDigest,
        layerAvailability: blobs.has(layerDigest) ? 'AVAILABLE' : 'UNAVAILABLE',
      })),
    }),
    InitiateLayerUpload() {
      const uploadId = `upload-${uploads.size + 1}`;
      uploads.set(uploadId, []);
      return { uploadId, partSize: part_bytes };
    },
    UploadLayerPart({ uploadId = '', partFirstByte, partLastByte, layerPartBlob = '' }) {
      const parts = uploads.get(uploadId) ?? [];
      const at = parts.reduce((sum, part) => sum + part.length, 0);
      const blob = Buffer.from(layerPartBlob, 'base64');
      if (partFirstByte !== at || partLastByte !== at + blob.length - 1)
        throw new EcrRefusal('InvalidLayerPartException');
      parts.push(blob);
      return { lastByteReceived: partLastByte };
    },
    CompleteLayerUpload({ uploadId = '', layerDigests }) {
      const blob = Buffer.concat(uploads.get(uploadId) ?? []);
      const digest = layerDigests?.[0] ?? '';
      if (sha256(blob) !== digest) throw new EcrRefusal('InvalidLayerException');
      if (blobs.has(digest)) throw new EcrRefusal('LayerAlreadyExistsException');
      blobs.set(digest, blob);
      return { layerDigest: digest };
    },
    PutImage({ imageManifest = '', imageDigest = '', imageTag = '' }) {
      const manifest = JSON.parse(imageManifest) as {
        config: { digest: string };
        layers: { digest: string; size: number }[];
      };
      for (const { digest } of [manifest.config, ...manifest.layers])
        if (!blobs.has(digest)) throw new EcrRefusal('LayersNotFoundException');
      for (const { digest, size } of manifest.layers)
        if (blobs.get(digest)?.length !== size) throw new EcrRefusal('InvalidParameterException');
      if (sha256(Buffer.from(imageManifest)) !== imageDigest)
        throw new EcrRefusal('ImageDigestDoesNotMatchException');
      tags.set(imageTag, { digest: imageDigest, manifest: imageManifest });
      return {};
    },
    BatchDeleteImage({ imageIds }) {
      const was_there = tags.delete(imageIds?.[0]?.imageTag ?? '');
      return { failures: was_there ? [] : [{ failureCode: 'ImageNotFound' }] };
    },
  };
}
