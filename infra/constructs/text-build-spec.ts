import { BuildSpec } from 'aws-cdk-lib/aws-codebuild';

/** A buildspec as its file has it: CDK would only take an object, or upload the file where the build's role must read. */
export class TextBuildSpec extends BuildSpec {
  readonly isImmediate = true;
  private readonly text: string;

  constructor(text: string) {
    super();
    this.text = text;
  }

  override toBuildSpec(): string {
    return this.text;
  }
}
