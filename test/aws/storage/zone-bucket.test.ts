import { App, Duration, NestedStack, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ZoneBucket } from '../../../lib/aws/storage';
import { allowedStatements, role } from '../statements';

const stackIn = (env?: { account: string; region: string }) => new Stack(new App(), 'Stack', { env });
const zoneBucket = (props: Record<string, unknown>) =>
  Template.fromStack(Stack.of(new ZoneBucket(stackIn(), 'Zone', props)));

describe('the bucket', () => {
  const template = zoneBucket({});
  const bucket = (properties: object) =>
    template.hasResource('AWS::S3::Bucket', Match.objectLike(properties));

  test('is encrypted with a rotated key of its own, by bucket key', () => {
    bucket({
      Properties: {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            {
              BucketKeyEnabled: true,
              ServerSideEncryptionByDefault: {
                SSEAlgorithm: 'aws:kms',
                KMSMasterKeyID: { 'Fn::GetAtt': ['ZoneKeyAF8AFA37', 'Arn'] },
              },
            },
          ],
        },
      },
    });
    template.hasResource('AWS::KMS::Key', {
      Properties: Match.objectLike({ EnableKeyRotation: true }),
      DeletionPolicy: 'Retain',
    });
  });

  test('is versioned, owned by its owner, and blocks public access', () => {
    bucket({
      Properties: {
        VersioningConfiguration: { Status: 'Enabled' },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      },
    });
    template.allResourcesProperties('AWS::S3::Bucket', { AccessControl: Match.absent() });
  });

  test('keeps its policy when the stack goes, and so does the log bucket; not when they go', () => {
    const policies = (props: Record<string, unknown>) =>
      Object.values(zoneBucket(props).findResources('AWS::S3::BucketPolicy')).map((it) => it.DeletionPolicy);
    expect(policies({})).toEqual(['RetainExceptOnCreate', 'RetainExceptOnCreate']);
    expect(policies({ removalPolicy: RemovalPolicy.DESTROY })).toEqual([undefined, undefined]);
  });

  test('stays when the stack goes', () => {
    bucket({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: { VersioningConfiguration: {} },
    });
    template.resourceCountIs('Custom::S3AutoDeleteObjects', 0);
  });

  test('refuses plain HTTP and TLS before 1.2', () => {
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      Bucket: { Ref: 'ZoneBucket9D0246AE' },
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Deny',
            Action: 's3:*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
          Match.objectLike({
            Effect: 'Deny',
            Action: 's3:*',
            Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } },
          }),
        ]),
      },
    });
  });

  test('tells EventBridge of its objects, without a custom resource', () => {
    bucket({
      Properties: { NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } } },
    });
    template.resourceCountIs('Custom::S3BucketNotifications', 0);
  });

  test('cleans up uploads that were given up, and old versions', () => {
    bucket({
      Properties: {
        LifecycleConfiguration: {
          Rules: [
            {
              Id: 'clean-up',
              Status: 'Enabled',
              AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
              NoncurrentVersionExpiration: { NoncurrentDays: 30 },
              ExpiredObjectDeleteMarker: true,
            },
          ],
        },
      },
    });
  });

  test('logs access to a bucket of its own, which admits the log service from this bucket alone', () => {
    bucket({
      Properties: {
        LoggingConfiguration: {
          DestinationBucketName: { Ref: 'ZoneAccessLogsBucketEF2B6850' },
          LogFilePrefix: 'Zone/',
        },
      },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      Bucket: { Ref: 'ZoneAccessLogsBucketEF2B6850' },
      PolicyDocument: {
        Statement: Match.arrayWith([
          {
            Effect: 'Allow',
            Principal: { Service: 'logging.s3.amazonaws.com' },
            Action: 's3:PutObject',
            Resource: {
              'Fn::Join': ['', [{ 'Fn::GetAtt': ['ZoneAccessLogsBucketEF2B6850', 'Arn'] }, '/Zone/*']],
            },
            Condition: {
              ArnLike: { 'aws:SourceArn': { 'Fn::GetAtt': ['ZoneBucket9D0246AE', 'Arn'] } },
              StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
            },
          },
        ]),
      },
    });
  });

  test('is the same with and without the feature flag that decides between log ACLs and policies', () => {
    const flagged = new Stack(
      new App({ context: { '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy': true } }),
      'Stack',
    );
    new ZoneBucket(flagged, 'Zone');
    expect(Template.fromStack(flagged).toJSON()).toEqual(template.toJSON());
  });
});

describe('what the user owns', () => {
  test('a key and a log bucket can be handed in', () => {
    const stack = stackIn();
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/mine');
    const logs = s3.Bucket.fromBucketName(stack, 'Logs', 'my-logs');
    const zone = new ZoneBucket(stack, 'Zone', {
      encryptionKey,
      serverAccessLogsBucket: logs,
      serverAccessLogsPrefix: 'lake/',
    });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::KMS::Key', 0);
    template.resourceCountIs('AWS::S3::Bucket', 1);
    template.hasResourceProperties('AWS::S3::Bucket', {
      LoggingConfiguration: { DestinationBucketName: 'my-logs', LogFilePrefix: 'lake/' },
    });
    expect(zone.encryptionKey).toBe(encryptionKey);
    expect(zone.logBucket).toBe(logs);
  });

  test('a log bucket of another stack lets the account log to it, without needing the zone first', () => {
    const app = new App();
    const logs = new s3.Bucket(new Stack(app, 'Logs'), 'Logs');
    new ZoneBucket(new Stack(app, 'Lake'), 'Zone', { serverAccessLogsBucket: logs });
    app.synth();
    Template.fromStack(Stack.of(logs)).hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({
            Principal: { Service: 'logging.s3.amazonaws.com' },
            Action: 's3:PutObject',
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
        ],
      },
    });
  });

  test('an existing bucket gets the grants of a zone and nothing else', () => {
    const stack = stackIn();
    const bucket = s3.Bucket.fromBucketAttributes(stack, 'Mine', {
      bucketName: 'mine',
      encryptionKey: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/mine'),
    });
    const zone = ZoneBucket.fromBucket(stack, 'Zone', bucket, 'bronze');
    zone.grantRead(role(stack, 'Reader'), 'orders');
    expect(zone.s3Uri('orders')).toBe('s3://mine/bronze/orders');
    expect(zone.s3Uri()).toBe('s3://mine/bronze/');
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::S3::Bucket', 0);
    template.resourceCountIs('AWS::S3::BucketPolicy', 0);
    expect(allowedStatements(template)).toEqual([
      { actions: ['s3:GetObject'], resources: ['arn:<AWS::Partition>:s3:::mine/bronze/orders/*'] },
      { actions: ['s3:GetBucketLocation'], resources: ['arn:<AWS::Partition>:s3:::mine'] },
      {
        actions: ['s3:ListBucket'],
        resources: ['arn:<AWS::Partition>:s3:::mine'],
        condition: { StringLike: { 's3:prefix': ['bronze/orders', 'bronze/orders/*'] } },
      },
      { actions: ['kms:Decrypt'], resources: ['arn:aws:kms:eu-west-1:111122223333:key/mine'] },
    ]);
  });
});

describe('grants', () => {
  const granted = (grant: (zone: ZoneBucket, grantee: iam.IRole) => iam.Grant) => {
    const stack = stackIn();
    const zone = new ZoneBucket(stack, 'Zone', { appendOnly: true });
    expect(grant(zone, role(stack, 'Role')).success).toBe(true);
    return allowedStatements(Template.fromStack(stack));
  };

  test('reading covers objects, listing and the key', () => {
    expect(granted((zone, reader) => zone.grantRead(reader))).toEqual([
      { actions: ['s3:GetObject'], resources: ['<ZoneBucket9D0246AE.Arn>/*'] },
      { actions: ['s3:GetBucketLocation'], resources: ['<ZoneBucket9D0246AE.Arn>'] },
      { actions: ['s3:ListBucket'], resources: ['<ZoneBucket9D0246AE.Arn>'] },
      { actions: ['kms:Decrypt'], resources: ['<ZoneKeyAF8AFA37.Arn>'] },
    ]);
  });

  test('writing is limited to its folder and does not delete', () => {
    expect(granted((zone, writer) => zone.grantWrite(writer, 'raw/orders'))).toEqual([
      {
        actions: ['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
        resources: ['<ZoneBucket9D0246AE.Arn>/raw/orders/*'],
      },
      { actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: ['<ZoneKeyAF8AFA37.Arn>'] },
    ]);
  });

  test('committing to a table deletes superseded metadata only', () => {
    const deletes = granted((zone, writer) => zone.grantTableCommit(writer, 'orders')).filter(({ actions }) =>
      actions.includes('s3:DeleteObject'),
    );
    expect(deletes).toEqual([
      {
        actions: ['s3:DeleteObject'],
        resources: ['<ZoneBucket9D0246AE.Arn>/orders/metadata/*.metadata.json'],
      },
    ]);
  });

  test.each(['/raw', 'raw/*', 'ra?', ''])('a prefix of "%s" is refused', (prefix) => {
    const stack = stackIn();
    expect(() => new ZoneBucket(stack, 'Zone').grantRead(role(stack, 'Role'), prefix)).toThrow(
      `A prefix is a folder such as "raw/orders", received "${prefix}".`,
    );
  });
});

describe('an append-only zone', () => {
  const deny = (template: Template, sid: string): any =>
    Object.values(template.findResources('AWS::S3::BucketPolicy'))
      .flatMap((policy: any) => policy.Properties.PolicyDocument.Statement)
      .find((statement: any) => statement.Sid === sid);

  test('denies deletes to everybody but the root user, superseded metadata excepted', () => {
    const template = zoneBucket({ appendOnly: true });
    expect(deny(template, 'AppendOnly')).toEqual({
      Sid: 'AppendOnly',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 's3:DeleteObject',
      NotResource: {
        'Fn::Join': ['', [{ 'Fn::GetAtt': ['ZoneBucket9D0246AE', 'Arn'] }, '/*/metadata/*.metadata.json']],
      },
      Condition: {
        ArnNotLike: {
          'aws:PrincipalArn': [
            {
              'Fn::Join': [
                '',
                ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, ':root'],
              ],
            },
          ],
        },
      },
    });
    expect(deny(template, 'KeepVersions')).toMatchObject({
      Effect: 'Deny',
      Action: 's3:DeleteObjectVersion',
    });
  });

  test('exempts the roles maintenance is granted to, and lets them delete', () => {
    const stack = stackIn();
    const zone = new ZoneBucket(stack, 'Zone', { appendOnly: true });
    zone.grantMaintenance(role(stack, 'Compaction'), 'orders');
    const template = Template.fromStack(stack);
    expect(deny(template, 'AppendOnly').Condition.ArnNotLike['aws:PrincipalArn']).toContainEqual({
      'Fn::GetAtt': ['CompactionB1D66A67', 'Arn'],
    });
    expect(allowedStatements(template)).toContainEqual({
      actions: ['s3:DeleteObject'],
      resources: ['<ZoneBucket9D0246AE.Arn>/orders/*'],
    });
  });

  const maintainedFromElsewhere = (props?: Partial<iam.RoleProps>) => {
    const app = new App();
    const zone = new ZoneBucket(new Stack(app, 'Lake'), 'Zone', { appendOnly: true });
    const assumedBy = new iam.ServicePrincipal('glue.amazonaws.com');
    zone.grantMaintenance(new iam.Role(new Stack(app, 'Jobs'), 'Compaction', { assumedBy, ...props }));
    app.synth();
    const { Condition } = deny(Template.fromStack(Stack.of(zone)), 'AppendOnly');
    return Condition.ArnNotLike['aws:PrincipalArn'];
  };

  test('exempts a role of another stack by its name', () => {
    expect(maintainedFromElsewhere({ roleName: 'compaction', path: '/jobs/' })).toContainEqual({
      'Fn::Join': [
        '',
        ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, ':role/jobs/compaction'],
      ],
    });
  });

  test('says what to do about a role of another stack that has no name', () => {
    expect(() => maintainedFromElsewhere()).toThrow(
      'The role "Jobs/Compaction" is in another stack than the append-only zone "Lake/Zone", whose bucket policy has ' +
        'to name it: each stack would need the other first. Give the role a roleName, or create it in the stack of the zone.',
    );
  });

  test('exempts a role of a nested stack', () => {
    const stack = stackIn();
    const zone = new ZoneBucket(stack, 'Zone', { appendOnly: true });
    zone.grantMaintenance(role(new NestedStack(stack, 'Jobs'), 'Compaction'));
    const { Condition } = deny(Template.fromStack(stack), 'AppendOnly');
    expect(Condition.ArnNotLike['aws:PrincipalArn']).toHaveLength(2);
  });

  test('does not take maintenance by a principal that is not a role', () => {
    const zone = new ZoneBucket(stackIn(), 'Zone', { appendOnly: true });
    expect(() => zone.grantMaintenance(new iam.AccountPrincipal('111122223333'))).toThrow(
      'Maintenance of an append-only zone is granted to IAM roles, received a principal without a roleArn. ' +
        'Pass a role, or a function or job that has one.',
    );
  });
});

test('a zone that is not append-only has no policy to name a maintainer, so that any principal will do', () => {
  const app = new App();
  const zone = new ZoneBucket(new Stack(app, 'Lake'), 'Zone');
  const jobs = new Stack(app, 'Jobs');
  zone.grantMaintenance(role(jobs, 'Compaction'), 'orders');
  app.synth();
  expect(allowedStatements(Template.fromStack(jobs))).toContainEqual({
    actions: ['s3:DeleteObject'],
    resources: [expect.stringMatching(/\/orders\/\*$/)],
  });
});

describe('object lock', () => {
  test('is set with the bucket', () => {
    zoneBucket({ objectLock: s3.ObjectLockRetention.governance(Duration.days(365)) }).hasResourceProperties(
      'AWS::S3::Bucket',
      {
        ObjectLockEnabled: true,
        ObjectLockConfiguration: {
          ObjectLockEnabled: 'Enabled',
          Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 365 } },
        },
        VersioningConfiguration: { Status: 'Enabled' },
      },
    );
  });

  test('may have no default retention, for legal holds', () => {
    const template = zoneBucket({ objectLockEnabled: true });
    template.hasResourceProperties('AWS::S3::Bucket', {
      ObjectLockEnabled: true,
      ObjectLockConfiguration: Match.absent(),
    });
  });

  test('holds are set, and governance mode is passed by, by those it is granted to', () => {
    const stack = stackIn();
    const zone = new ZoneBucket(stack, 'Zone', { appendOnly: true, objectLockEnabled: true });
    zone.grantLegalHold(role(stack, 'Counsel'), 'orders');
    zone.grantGovernanceBypass(role(stack, 'Eraser'), 'orders');
    const template = Template.fromStack(stack);
    const objects = [expect.stringMatching(/^<ZoneBucket\w+\.Arn>\/orders\/\*$/)];
    expect(allowedStatements(template, 'Counsel')).toEqual([
      { actions: ['s3:GetObjectLegalHold', 's3:PutObjectLegalHold'], resources: objects },
      expect.objectContaining({ actions: ['s3:GetBucketLocation'] }),
      expect.objectContaining({ actions: ['s3:ListBucketVersions'], condition: expect.anything() }),
    ]);
    expect(allowedStatements(template, 'Eraser')[0]).toEqual({
      actions: ['s3:BypassGovernanceRetention', 's3:DeleteObjectVersion', 's3:PutObjectRetention'],
      resources: objects,
    });
    const keeps = Object.values(template.findResources('AWS::S3::BucketPolicy'))
      .flatMap((policy) => policy.Properties.PolicyDocument.Statement)
      .find(({ Sid }) => Sid === 'KeepVersions');
    expect(JSON.stringify(keeps.Condition)).toMatch(/"Eraser\w+","Arn"/);
    expect(JSON.stringify(keeps.Condition)).not.toContain('Counsel');
  });

  test('versions are brought back by those it is granted to', () => {
    const stack = stackIn();
    new ZoneBucket(stack, 'Zone').grantRestore(role(stack, 'Rescuer'), 'orders');
    expect(allowedStatements(Template.fromStack(stack)).flatMap(({ actions }) => actions)).toEqual([
      ...['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
      ...['kms:Decrypt', 'kms:GenerateDataKey'],
      ...['s3:GetObjectVersion', 's3:GetObjectVersionTagging', 's3:PutObjectTagging'],
      ...['s3:GetBucketLocation', 's3:ListBucketVersions'],
    ]);
  });

  test.each([
    [
      { autoDeleteObjects: true, objectLockEnabled: true },
      'autoDeleteObjects: true on a locked bucket: Object Lock refuses the deletes',
    ],
    [
      { objectLockEnabled: false, objectLock: s3.ObjectLockRetention.compliance(Duration.days(1)) },
      'objectLockEnabled: false together with objectLock. Leave out one of them.',
    ],
    [
      {
        objectLock: s3.ObjectLockRetention.governance(Duration.days(365)),
        expirations: [{ prefix: 'landing/', after: Duration.days(30) }],
      },
      'Expiration of "landing/" after 30 days, and its objects are locked for 365: they would be hidden, not deleted, and paid for ' +
        'until then. Expire after 365 days or more, or shorten the retention.',
    ],
    [
      { autoDeleteObjects: true, objectLock: s3.ObjectLockRetention.compliance(Duration.days(1)) },
      'autoDeleteObjects: true on a locked bucket: Object Lock refuses the deletes, and the stack could not be removed. ' +
        'Leave out autoDeleteObjects or objectLock.',
    ],
    [
      { autoDeleteObjects: true, appendOnly: true },
      'autoDeleteObjects: true on an append-only bucket: its policy refuses the deletes. ' +
        'Set appendOnly: false for a throw-away environment, or leave out autoDeleteObjects.',
    ],
    [
      { autoDeleteObjects: true },
      'autoDeleteObjects: true needs removalPolicy: RemovalPolicy.DESTROY, received retain (the default).',
    ],
  ])('removal that cannot work is refused: %#', (props, message) => {
    expect(() => zoneBucket(props)).toThrow(message);
  });

  test('an emptied bucket is possible where the data may go', () => {
    const template = zoneBucket({ autoDeleteObjects: true, removalPolicy: RemovalPolicy.DESTROY });
    template.resourceCountIs('Custom::S3AutoDeleteObjects', 2);
    template.allResources('AWS::S3::Bucket', Match.objectLike({ DeletionPolicy: 'Delete' }));
  });
});

describe('events', () => {
  test('a rule fires for objects below a prefix', () => {
    const stack = stackIn();
    new ZoneBucket(stack, 'Zone').onObjectCreated('Landed', { prefix: 'landing/' });
    Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: {
          bucket: { name: [{ Ref: 'ZoneBucket9D0246AE' }] },
          object: { key: [{ prefix: 'landing/' }] },
        },
      },
    });
  });

  test('a suffix narrows it', () => {
    const stack = stackIn();
    new ZoneBucket(stack, 'Zone').onObjectCreated('Landed', { prefix: 'landing/', suffix: '.json' });
    Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
      EventPattern: Match.objectLike({
        detail: Match.objectLike({ object: { key: [{ wildcard: 'landing/*.json' }] } }),
      }),
    });
  });

  test('a rule over the whole bucket is refused: it would fire on its own output', () => {
    expect(() => new ZoneBucket(stackIn(), 'Zone').onObjectCreated('Landed', { prefix: '' })).toThrow(
      'onObjectCreated needs a prefix, received "": a rule over the whole bucket fires on what its own target writes.',
    );
  });
});

test('two zones stand in one stack, in an environment known or not', () => {
  for (const env of [undefined, { account: '111122223333', region: 'eu-west-1' }]) {
    const stack = stackIn(env);
    new ZoneBucket(stack, 'One', { appendOnly: true });
    new ZoneBucket(stack, 'Two', { appendOnly: true });
    Template.fromStack(stack).resourceCountIs('AWS::S3::Bucket', 4);
  }
});
