import { Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';

/** A bucket that copies are kept in, by names: what the source has to know of it, in whatever account and region. */
export interface ReplicaBucketAttributes {
  /** The bucket's name. Versioning has to be on. */
  readonly bucketName: string;
  /** `arn:aws:kms:<region>:<account>:key/<id>`, or the ARN of an alias: the key copies are encrypted with. */
  readonly encryptionKeyArn: string;
  /** Account that owns the bucket, twelve digits. */
  readonly account: string;
  /** Region of the bucket, for example `eu-central-1`. */
  readonly region: string;
}

/** Where copies of a zone's objects go. */
export class ReplicaBucket {
  /** A bucket of another app, or another team's. Its owner lets the source in: `ZoneReplication.destinationPolicy`. */
  static fromAttributes(attributes: ReplicaBucketAttributes): ReplicaBucket {
    return new ReplicaBucket(attributes);
  }

  /**
   * A bucket of this app and its key, in any stack. In another region or account than the source, both need names that
   * are known before they are deployed: give the bucket a name and the key an alias.
   * @param keyAlias name of an alias of the key, for example `alias/replica`
   */
  static fromBucket(bucket: s3.IBucket, encryptionKey: kms.IKey, keyAlias?: string): ReplicaBucket {
    const { account, region } = Stack.of(bucket);
    return new ReplicaBucket(
      { bucketName: '', encryptionKeyArn: '', account, region },
      bucket,
      encryptionKey,
      keyAlias,
    );
  }

  private constructor(
    private readonly attributes: ReplicaBucketAttributes,
    private readonly bucket?: s3.IBucket,
    private readonly key?: kms.IKey,
    private readonly alias?: string,
  ) {}

  get account(): string {
    return this.attributes.account;
  }

  get region(): string {
    return this.attributes.region;
  }

  /**
   * Lets the role of a source in another account write copies, where that source is not of this app: the counterpart of
   * `fromAttributes` there.
   * @param sourceAccount account of the source, twelve digits
   * @param roleName `roleName` of its `ZoneReplication`; a lake appends the zone: `acme-copies-bronze`
   * @throws Error for a bucket known by its attributes only: its owner adds `ZoneReplication.destinationPolicy`
   */
  allowSource(sourceAccount: string, roleName: string): void {
    if (this.bucket === undefined || this.key === undefined) {
      throw new Error(
        `The replica bucket ${this.attributes.bucketName} is known by its attributes only, so that its policy cannot be changed ` +
          'here. Call allowSource where the bucket is created.',
      );
    }
    const { partition } = Stack.of(this.bucket);
    this.allow(`arn:${partition}:iam::${sourceAccount}:role/${roleName}`, sourceAccount);
  }

  /** Whether objects of it can be locked; undefined where that is not known here. @internal */
  public get _locked(): boolean | undefined {
    const resource = this.bucket?.node.defaultChild;
    return resource instanceof s3.CfnBucket ? resource.objectLockEnabled === true : undefined;
  }

  /** Names of it that can be used in the stack of a source. @internal */
  public _in(source: IConstruct): { bucketArn: string; bucketName: string; keyArn: string } {
    const { partition } = Stack.of(source);
    const { bucket, key, attributes } = this;
    if (bucket === undefined || key === undefined) {
      const { bucketName, encryptionKeyArn } = attributes;
      return { bucketArn: `arn:${partition}:s3:::${bucketName}`, bucketName, keyArn: encryptionKeyArn };
    }
    const { bucketName } = bucket;
    // Copies need somewhere to go when the first object is written.
    source.node.addDependency(bucket);
    if (isSamePlace(source, this)) return { bucketArn: bucket.bucketArn, bucketName, keyArn: key.keyArn };
    return { bucketArn: bucket.bucketArn, bucketName, keyArn: this.keyArnFromAfar(source) };
  }

  /**
   * Lets the role of a source write copies, where the bucket is of this app and another account's. The role is named by
   * a condition: a policy that named it as the principal could not be deployed before it.
   * @internal
   */
  public _letIn(source: IConstruct, roleArn: string, sourceAccount: string): void {
    if (this.bucket === undefined || this.key === undefined) return;
    const here = Stack.of(source).account;
    if (here === this.account || (Token.isUnresolved(here) && Token.isUnresolved(this.account))) return;
    this.allow(roleArn, sourceAccount);
  }

  private allow(roleArn: string, sourceAccount: string): void {
    const bucket = this.bucket!;
    const [onBucket, onObjects, onKey] = replicaStatements(bucket.bucketArn, roleArn, sourceAccount);
    bucket.addToResourcePolicy(onBucket);
    bucket.addToResourcePolicy(onObjects);
    this.key!.addToResourcePolicy(onKey);
  }

  private keyArnFromAfar(source: IConstruct): string {
    const { alias } = this;
    if (alias === undefined || Token.isUnresolved(alias)) {
      throw new Error(
        `The replica bucket "${this.bucket!.node.path}" is in another region or account than "${source.node.path}", which ` +
          'can only know its key by a name: give the key an alias and pass its name (a MedallionLake: encryptionKeyAlias).',
      );
    }
    return `arn:${Stack.of(source).partition}:kms:${this.region}:${this.account}:${alias}`;
  }
}

/**
 * What a bucket's owner allows the role that replicates into it: on the bucket, on its objects, on its key. Without ids:
 * several sources may share a key, and ids have to be unique in a policy.
 */
export function replicaStatements(
  bucketArn: string,
  roleArn: string,
  sourceAccount: string,
): iam.PolicyStatement[] {
  const common = {
    principals: [new iam.AccountPrincipal(sourceAccount)],
    conditions: { ArnEquals: { 'aws:PrincipalArn': roleArn } },
  };
  return [
    new iam.PolicyStatement({
      ...common,
      actions: ['s3:GetBucketVersioning', 's3:PutBucketVersioning'],
      resources: [bucketArn],
    }),
    new iam.PolicyStatement({
      ...common,
      actions: [
        's3:ReplicateObject',
        's3:ReplicateDelete',
        's3:ReplicateTags',
        's3:ObjectOwnerOverrideToBucketOwner',
      ],
      resources: [`${bucketArn}/*`],
    }),
    new iam.PolicyStatement({
      ...common,
      actions: ['kms:Encrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
    }),
  ];
}

export function isSamePlace(source: IConstruct, { account, region }: ReplicaBucket): boolean {
  const here = Stack.of(source);
  return here.account === account && here.region === region;
}
