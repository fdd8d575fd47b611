import { Lazy, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct } from 'constructs';
import { zoneReads } from '../granted-access';
import { type IZoneBucket, ZoneBucket } from '../storage';
import { maintainerArn } from '../storage/maintainer-arn';
import { LakeBackup } from './lake-backup';

/** Which objects everybody may read that IAM lets, and who may read all. */
export interface TagGatedReadsProps {
  /** The zone, created in this app: its bucket policy denies. */
  readonly zone: IZoneBucket;
  /**
   * Tag of the objects that decides.
   * @default data_classification
   */
  readonly tagKey?: string;
  /**
   * Values with which an object is read by everybody that IAM lets.
   * @default - public
   */
  readonly readableValues?: string[];
  /**
   * Roles that read whatever the tag, beside those this app grants reading the zone to, and its backups.
   * @default - none
   */
  readonly exemptRoles?: iam.IRole[];
  /**
   * Roles that read by the tag only although this app grants them reading the zone.
   * @default - none
   */
  readonly gatedRoles?: iam.IRole[];
}

/** S3 takes 20 KB of bucket policy; others have statements in it, too. */
const MOST_ROLES = 100;

/**
 * Denies reading the objects of a zone that do not carry a tag with a value that is open to all; an object without the
 * tag among them. The roles of the pipelines are exempt by their ARN: those this app grants reading the zone to, whether
 * before or after, those of its backups, and those named. What copies objects (ZoneReplication) reads by another action,
 * which is not denied.
 *
 * Everybody else is denied, administrators included. They can still change the policy, so that nothing is locked for good.
 *
 * @throws Error for a bucket that is not created in this app, for what cannot be a tag, and at synthesis where nobody is
 * exempt: nothing could read what is not open then
 */
export class TagGatedReads extends Construct {
  /** The statement, as it is in the policy of the bucket. */
  readonly statement: iam.PolicyStatement;
  private readonly props: TagGatedReadsProps;

  constructor(scope: Construct, id: string, props: TagGatedReadsProps) {
    super(scope, id);
    this.props = props;
    const { zone, tagKey = 'data_classification', readableValues = ['public'] } = props;
    if (!(zone instanceof ZoneBucket)) {
      throw new Error(
        `The bucket of "${zone.node.path}" is its owner's, and so is its policy. Gate a ZoneBucket, or have its owner add the ` +
          'statement of docs/governance.md.',
      );
    }
    requireTag(tagKey, readableValues);
    this.refuseSecond(zone);
    if (props.exemptRoles?.length === 0 && this.exempt().length === 0) throw new Error(nobody(zone));
    this.statement = new iam.PolicyStatement({
      sid: 'ReadOnlyWithTag',
      effect: iam.Effect.DENY,
      principals: [new iam.AnyPrincipal()],
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      resources: [zone.bucket.arnForObjects('*')],
      conditions: {
        StringNotEquals: {
          [`s3:ExistingObjectTag/${tagKey}`]:
            readableValues.length === 1 ? readableValues[0] : readableValues,
        },
        ArnNotLike: { 'aws:PrincipalArn': Lazy.list({ produce: () => this.arns().known }) },
      },
    });
    zone.bucket.addToResourcePolicy(this.statement);
    this.node.addValidation({ validate: () => this.problems() });
  }

  private problems(): string[] {
    const { known, unknown } = this.arns();
    if (known.length + unknown.length === 0) return [nobody(this.props.zone)];
    if (known.length <= MOST_ROLES) return unknown;
    return [
      ...unknown,
      `${known.length} roles may read "${this.props.zone.node.path}" whatever the tag: the policy of a bucket holds about ` +
        `${MOST_ROLES}. Grant reading it to fewer.`,
    ];
  }

  /** ARNs of those who are exempt, and why those of some are not known here. */
  private arns(): { known: string[]; unknown: string[] } {
    const known = new Set<string>();
    const unknown: string[] = [];
    for (const grantee of this.exempt()) {
      try {
        known.add(maintainerArn(grantee, this.props.zone, 'gated zone'));
      } catch (error) {
        unknown.push((error as Error).message);
      }
    }
    return { known: [...known], unknown };
  }

  private exempt(): iam.IGrantable[] {
    const { zone, exemptRoles = [], gatedRoles = [] } = this.props;
    const granted = zoneReads
      .all(this)
      .filter((read) => read.zone === zone)
      .map(({ grantee }) => grantee.grantPrincipal)
      .filter((principal) => 'roleArn' in principal);
    const backups = this.node.root.node
      .findAll()
      .filter((node): node is LakeBackup => node instanceof LakeBackup)
      .map(({ role }) => role);
    return [...new Set<iam.IPrincipal>([...exemptRoles, ...granted, ...backups])].filter(
      (one) => !gatedRoles.some((gated) => gated === one || gated.grantPrincipal === one),
    );
  }

  private refuseSecond(zone: ZoneBucket): void {
    const other = (this.node.root.node.findAll() as IConstruct[]).find(
      (node) => node instanceof TagGatedReads && node !== this && node.props.zone === zone,
    );
    if (other === undefined) return;
    throw new Error(
      `"${zone.node.path}" is gated by "${other.node.path}" already: an object would have to carry the tags of both. Leave ` +
        `out "${this.node.path}".`,
    );
  }
}

function nobody(zone: IConstruct): string {
  return (
    `Nobody could read "${zone.node.path}" but what is open to all: no role of this app is granted reading it. Pass ` +
    'exemptRoles: the roles of the pipelines that read it.'
  );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
function requireTag(key: string, values: readonly string[]): void {
  if (values.length === 0) {
    throw new Error('readableValues is empty: nothing would be open to anybody. Leave it out for public.');
  }
  const wrong = [
    ...(/^[\p{L}\p{N}\p{Z}_.:/=+\-@]{1,128}$/u.test(key) || Token.isUnresolved(key) ? [] : [`key "${key}"`]),
    ...values
      .filter((value) => !Token.isUnresolved(value) && !/^[\p{L}\p{N}\p{Z}_.:/=+\-@]{0,256}$/u.test(value))
      .map((value) => `value "${value}"`),
  ];
  if (wrong.length === 0) return;
  throw new Error(
    `S3 takes no tag with the ${wrong.join(' and the ')}: letters, digits, blanks and _ . : / = + - @, 128 of the key and ` +
      '256 of a value at most.',
  );
}
