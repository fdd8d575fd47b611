import { Annotations, Aspects, CfnResource, type IAspect, Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { LakeTableBase } from '../catalog/lake-table';
import { type IZoneBucket, ZoneBucketBase } from '../storage';

/** What may name another region: copies, and the permissions to make them. */
const MAY_BE_ELSEWHERE: { readonly [type: string]: readonly string[] } = {
  'AWS::Backup::BackupPlan': ['BackupPlan'],
  'AWS::DynamoDB::GlobalTable': ['Replicas'],
  'AWS::IAM::ManagedPolicy': ['PolicyDocument'],
  'AWS::IAM::Policy': ['PolicyDocument'],
  'AWS::IAM::Role': ['Policies', 'AssumeRolePolicyDocument'],
  'AWS::KMS::Key': ['KeyPolicy'],
  'AWS::KMS::ReplicaKey': ['KeyPolicy', 'PrimaryKeyArn'],
  'AWS::S3::Bucket': ['ReplicationConfiguration'],
  'AWS::S3::BucketPolicy': ['PolicyDocument'],
};

const ARN = /\barn:[a-z-]+:([a-z0-9-]+):([a-z]{2}(?:-[a-z]+)+-\d):[^\s"]*/g;

/**
 * Fails synthesis where a resource works with another region than its own: a key, a stream, a topic or a table by
 * its ARN, or a zone whose bucket is elsewhere. Each such request is slower, and each gigabyte paid for twice. Replicas
 * and backups are what other regions are for and pass.
 *
 * Regions known only at deployment pass: give stacks an `env`.
 */
export class DataLocality implements IAspect {
  /** Checks everything below a scope: an app, a stage, a stack. */
  static enforce(scope: IConstruct): void {
    Aspects.of(scope).add(new DataLocality(false), { priority: 1000 });
  }

  /** The same, but warns only. */
  static warn(scope: IConstruct): void {
    Aspects.of(scope).add(new DataLocality(true), { priority: 1000 });
  }

  private constructor(private readonly onlyWarns: boolean) {}

  visit(node: IConstruct): void {
    if (node instanceof LakeTableBase) this.checkZone(node, node.zoneBucket);
    if (node instanceof ZoneBucketBase) this.checkZone(node, node);
    if (node instanceof CfnResource) this.checkArns(node);
  }

  private checkZone(node: IConstruct, { bucket }: IZoneBucket): void {
    const { region } = Stack.of(node);
    const there = bucket.env.region;
    if (Token.isUnresolved(region) || Token.isUnresolved(there) || there === region) return;
    this.tell(node, `${node.node.path} is in ${region}, its bucket in ${there}.`);
  }

  private checkArns(node: CfnResource): void {
    const { region } = Stack.of(node);
    if (Token.isUnresolved(region)) return;
    for (const [property, value] of Object.entries(propertiesOf(node))) {
      if (MAY_BE_ELSEWHERE[node.cfnResourceType]?.includes(property) ?? false) continue;
      for (const [arn, , there] of textsOf(value).join('\n').matchAll(ARN)) {
        if (there === region) continue;
        this.tell(node, `${node.node.path} is in ${region}, and its ${property} names ${arn}.`);
      }
    }
  }

  private tell(node: IConstruct, problem: string): void {
    const text = `${problem} Move one of both, or keep a replica here.`;
    if (this.onlyWarns) Annotations.of(node).addWarningV2('lakehouse-constructs:data-locality', text);
    else Annotations.of(node).addError(text);
  }
}

/** The properties as the template will have them. */
function propertiesOf(node: CfnResource): { [property: string]: unknown } {
  const rendering = node as unknown as { _toCloudFormation(): unknown };
  const { Resources } = Stack.of(node).resolve(rendering._toCloudFormation()) as {
    readonly Resources?: {
      readonly [logicalId: string]: { readonly Properties?: { [name: string]: unknown } };
    };
  };
  return Object.values(Resources ?? {})[0]?.Properties ?? {};
}

/** Every text in a value, those made of parts as one. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  const join = (value as { readonly 'Fn::Join'?: [string, unknown[]] })['Fn::Join'];
  if (join === undefined) return Object.values(value).flatMap(textsOf);
  // A region that is a reference is the own one; the name of the partition is as good as any.
  return [join[1].map((part) => (typeof part === 'string' ? part : 'aws')).join(join[0])];
}
