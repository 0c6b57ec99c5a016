import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { allow } from './statements.ts';

/** Pushing images: what a registry's client does, and no more. */
export function pushImages(repository: IRepository): PolicyStatement[] {
  return [
    allow(
      'PushImages',
      [
        'ecr:BatchCheckLayerAvailability',
        'ecr:InitiateLayerUpload',
        'ecr:UploadLayerPart',
        'ecr:CompleteLayerUpload',
        'ecr:PutImage',
        'ecr:DescribeImages',
      ],
      [repository.repositoryArn],
    ),
  ];
}

/** Removing the image of a release that never served, or of a project that is gone. */
export function removeImages(repository: IRepository): PolicyStatement[] {
  return [allow('RemoveImages', ['ecr:BatchDeleteImage'], [repository.repositoryArn])];
}
