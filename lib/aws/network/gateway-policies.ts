import { Aws, Fn, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';

const ANYBODY = [new iam.AnyPrincipal()];

/**
 * What may go through the gateway to S3: the buckets given, or all of the accounts given; and what AWS itself keeps in
 * S3 for those who deploy: the answers of custom resources and the layers of images.
 */
export function bucketStatements(
  scope: IConstruct,
  accounts: readonly string[],
  buckets: readonly IBucket[] | undefined,
): iam.PolicyStatement[] {
  const bucketArn = (name: string): string =>
    Stack.of(scope).formatArn({ service: 's3', region: '', account: '', resource: name });
  const region = Aws.REGION;
  return [
    new iam.PolicyStatement({
      sid: 'Buckets',
      principals: ANYBODY,
      actions: ['s3:*'],
      resources: buckets?.flatMap((bucket) => [bucket.bucketArn, bucket.arnForObjects('*')]) ?? ['*'],
      conditions: { StringEquals: { 'aws:ResourceAccount': accounts, 'aws:PrincipalAccount': accounts } },
    }),
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-vpce-bucketnames.html
    new iam.PolicyStatement({
      sid: 'AnswersToCloudFormation',
      principals: ANYBODY,
      actions: ['s3:PutObject'],
      resources: [
        bucketArn(`cloudformation-custom-resource-response-${Fn.join('', Fn.split('-', region))}/*`),
      ],
    }),
    // https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
    new iam.PolicyStatement({
      sid: 'LayersOfImages',
      principals: ANYBODY,
      actions: ['s3:GetObject'],
      resources: [bucketArn(`prod-${region}-starport-layer-bucket/*`)],
    }),
  ];
}

/** What may go through an endpoint to another service: identities of the accounts given. */
export function accountStatement(accounts: readonly string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'OwnAccounts',
    principals: ANYBODY,
    actions: ['*'],
    resources: ['*'],
    conditions: { StringEquals: { 'aws:PrincipalAccount': accounts } },
  });
}

/** The same for a service whose resources are told apart by their account. */
export function tableStatement(accounts: readonly string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'Tables',
    principals: ANYBODY,
    actions: ['dynamodb:*'],
    resources: ['*'],
    conditions: { StringEquals: { 'aws:ResourceAccount': accounts, 'aws:PrincipalAccount': accounts } },
  });
}
