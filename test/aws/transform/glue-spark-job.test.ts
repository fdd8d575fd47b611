import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { PrefixList, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import { Key } from 'aws-cdk-lib/aws-kms';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  GlueExecutionClass,
  GlueSparkJob,
  type GlueSparkJobProps,
  GlueWorkerType,
  LakeEndpoint,
  LakeNetwork,
} from '../../../lib/aws';
import { lakehouseMatchers, nagFindings } from '../../../lib/testing';
import { allowedStatements, role } from '../statements';

expect.extend(lakehouseMatchers);

const script = join(mkdtempSync(join(tmpdir(), 'glue-job-')), 'sessions.py');
writeFileSync(script, 'print("sessions")\n');

function synth(props: GlueSparkJobProps = {}) {
  const stack = new Stack(new App(), 'Stack');
  const job = new GlueSparkJob(stack, 'Sessions', props);
  return { stack, job, template: Template.fromStack(stack) };
}
const properties = (template: Template) =>
  Object.values(template.findResources('AWS::Glue::Job'))[0].Properties as Record<string, any>;

describe('by default', () => {
  test('Spark has two workers of type G.1X, an hour, one run at a time, and no MaxCapacity', () => {
    const { template } = synth();
    template.hasResourceProperties('AWS::Glue::Job', {
      Command: { Name: 'glueetl', PythonVersion: '3' },
      GlueVersion: '5.1',
      WorkerType: 'G.1X',
      NumberOfWorkers: 2,
      Timeout: 60,
      MaxRetries: 0,
      ExecutionProperty: { MaxConcurrentRuns: 1 },
      MaxCapacity: Match.absent(),
      AllocatedCapacity: Match.absent(),
      Connections: Match.absent(),
    });
  });

  test('it has the Iceberg tables of the Glue Data Catalog, and tells CloudWatch what it does', () => {
    const { template, job } = synth();
    expect(properties(template).DefaultArguments).toEqual({
      '--datalake-formats': 'iceberg',
      '--conf':
        'spark.sql.extensions=org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions' +
        ' --conf spark.sql.catalog.lakehouse=org.apache.iceberg.spark.SparkCatalog' +
        ' --conf spark.sql.catalog.lakehouse.catalog-impl=org.apache.iceberg.aws.glue.GlueCatalog' +
        ' --conf spark.sql.catalog.lakehouse.io-impl=org.apache.iceberg.aws.s3.S3FileIO' +
        ' --conf spark.sql.session.timeZone=UTC --conf spark.sql.ansi.enabled=true',
      '--job-bookmark-option': 'job-bookmark-disable',
      '--enable-auto-scaling': 'false',
      '--enable-metrics': 'true',
      '--enable-observability-metrics': 'true',
      '--custom-logGroup-prefix': `/aws-glue/jobs/${job.jobName}`,
      '--TempDir': { 'Fn::Join': ['', ['s3://', expect.anything(), '/temporary/']] },
    });
    for (const name of ['error', 'output']) {
      template.hasResourceProperties('AWS::Logs::LogGroup', {
        LogGroupName: `/aws-glue/jobs/${job.jobName}/${name}`,
        RetentionInDays: 30,
        KmsKeyId: Match.anyValue(),
      });
    }
  });

  test('what it writes, logs and remembers is encrypted with the one key', () => {
    const { stack, job, template } = synth();
    const KmsKeyArn = stack.resolve(job.encryptionKey.keyArn) as object;
    template.hasResourceProperties('AWS::Glue::SecurityConfiguration', {
      Name: job.securityConfiguration.name,
      EncryptionConfiguration: {
        S3Encryptions: [{ S3EncryptionMode: 'SSE-KMS', KmsKeyArn }],
        CloudWatchEncryption: { CloudWatchEncryptionMode: 'SSE-KMS', KmsKeyArn },
        JobBookmarksEncryption: { JobBookmarksEncryptionMode: 'CSE-KMS', KmsKeyArn },
      },
    });
    expect(properties(template).SecurityConfiguration).toBe(job.securityConfiguration.name);
    expect(stack).toHaveNoNagFindings();
  });

  test('its role may read the script, use the workspace, log, count, and nothing else', () => {
    const allowed = allowedStatements(synth().template);
    const others = allowed.filter(({ actions }) => !/^(s3|kms):/.test(actions[0]));
    expect(others.map(({ actions }) => actions)).toEqual([
      ['logs:AssociateKmsKey', 'logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      ['glue:GetSecurityConfiguration'],
      ['cloudwatch:PutMetricData'],
    ]);
    expect(others[2].condition).toEqual({ StringEquals: { 'cloudwatch:namespace': 'Glue' } });
    const objects = allowed.filter(({ actions }) => /^s3:(Get|Put|Delete)Object/.test(actions[0]));
    expect(objects.flatMap(({ resources }) => resources)).toEqual([
      expect.stringMatching(/^<SessionsWorkspaceBucket.*\/\*$/),
      expect.stringMatching(/^<SessionsWorkspaceBucket.*\/\*$/),
      expect.stringMatching(/\/[0-9a-f]{64}\.py$/),
    ]);
  });
});

test('another key makes another security configuration: CloudFormation could not replace it under its name', () => {
  const stack = new Stack(new App(), 'Stack');
  const encryptionKey = new Key(stack, 'Other');
  const { job } = synth();
  const other = new GlueSparkJob(stack, 'Sessions', { encryptionKey });
  expect(other.jobName).toBe(job.jobName);
  expect(other.securityConfiguration.name).not.toBe(job.securityConfiguration.name);
});

test('every option there is reaches the job', () => {
  const { template, job } = synth({
    glueVersion: '6.0',
    workerType: GlueWorkerType.G_2X,
    numberOfWorkers: 10,
    executionClass: GlueExecutionClass.FLEX,
    timeout: Duration.hours(3),
    sparkSettings: { 'spark.sql.shuffle.partitions': '64' },
    script,
    arguments: { '--day': '2024-05-01' },
    jobBookmark: true,
    maxRetries: 2,
    maxConcurrentRuns: 3,
    jobName: 'sessions',
  });
  template.hasResourceProperties('AWS::Glue::Job', {
    Name: 'sessions',
    GlueVersion: '6.0',
    WorkerType: 'G.2X',
    NumberOfWorkers: 10,
    ExecutionClass: 'FLEX',
    Timeout: 180,
    MaxRetries: 2,
    ExecutionProperty: { MaxConcurrentRuns: 3 },
    DefaultArguments: Match.objectLike({
      '--day': '2024-05-01',
      '--conf': Match.stringLikeRegexp('ansi.enabled=true --conf spark.sql.shuffle.partitions=64$'),
      '--enable-auto-scaling': 'true',
      '--job-bookmark-option': 'job-bookmark-enable',
    }),
  });
  expect(job.jobName).toBe('sessions');
});

test('Glue 4.0 is told to log as it goes, to a group of the job', () => {
  const { template, job } = synth({ glueVersion: '4.0' });
  expect(properties(template).DefaultArguments).toMatchObject({
    '--enable-continuous-cloudwatch-log': 'true',
    '--continuous-log-logGroup': `/aws-glue/jobs/${job.jobName}/output`,
  });
});

test('who runs it may do so with this job only, and hand it statements', () => {
  const stack = new Stack(new App(), 'Stack');
  const job = new GlueSparkJob(stack, 'Sessions');
  const runner = role(stack, 'Runner');
  job.grantRun(runner);
  const [run, workspace] = allowedStatements(Template.fromStack(stack), 'Runner');
  expect(run).toEqual({
    actions: ['glue:StartJobRun', 'glue:GetJobRun', 'glue:GetJobRuns'],
    resources: [expect.stringMatching(/^arn:<AWS::Partition>:glue:.*:job\/<Sessions[0-9A-F]+>$/)],
  });
  expect(JSON.stringify(workspace.resources)).toContain('Workspace');
  // That the role is another's is for its owner to answer.
  expect(nagFindings(stack).filter(({ rule }) => !rule.endsWith('IAMNoInlinePolicy'))).toEqual([]);
});

test('runs that end badly are told of', () => {
  const stack = new Stack(new App(), 'Stack');
  const job = new GlueSparkJob(stack, 'Sessions');
  job.onFailure('Failed', { target: new targets.SnsTopic(new Topic(stack, 'Alarms')) });
  Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      source: ['aws.glue'],
      'detail-type': ['Glue Job State Change'],
      detail: { jobName: [stack.resolve(job.resource.ref)], state: Match.arrayWith(['FAILED', 'TIMEOUT']) },
    },
    Targets: [Match.objectLike({ Arn: Match.anyValue() })],
  });
});

describe('in a network', () => {
  const networkWith = (stack: Stack, endpoints: LakeEndpoint[]) => {
    const [s3PrefixList, dynamoDbPrefixList] = ['pl-1', 'pl-2'].map((id) =>
      PrefixList.fromPrefixListId(stack, id, id),
    );
    return new LakeNetwork(stack, 'Network', { endpoints, s3PrefixList, dynamoDbPrefixList });
  };

  test('workers run in its first subnet, and may talk to each other and to nobody else who asks', () => {
    const stack = new Stack(new App(), 'Stack');
    const network = networkWith(stack, [
      LakeEndpoint.GLUE,
      LakeEndpoint.CLOUDWATCH,
      LakeEndpoint.CLOUDWATCH_LOGS,
    ]);
    const job = new GlueSparkJob(stack, 'Sessions', { network });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Glue::Connection', {
      ConnectionInput: {
        ConnectionType: 'NETWORK',
        PhysicalConnectionRequirements: {
          SubnetId: stack.resolve(network.vpc.selectSubnets(network.subnets).subnetIds[0]),
          AvailabilityZone: Match.anyValue(),
          SecurityGroupIdList: Match.arrayWith([
            { 'Fn::GetAtt': [Match.stringLikeRegexp('Workers'), 'GroupId'] },
          ]),
        },
      },
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      IpProtocol: 'tcp',
      FromPort: 0,
      ToPort: 65535,
      GroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('Workers'), 'GroupId'] },
      SourceSecurityGroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('Workers'), 'GroupId'] },
    });
    expect(properties(template).Connections).toEqual({
      Connections: [stack.resolve(job.connection!.ref)],
    });
    expect(stack).toHaveNoNagFindings();
  });

  test('one that has no way to what the workers call is refused, and one without subnets', () => {
    const stack = new Stack(new App(), 'Stack');
    const network = networkWith(stack, [LakeEndpoint.GLUE]);
    expect(() => new GlueSparkJob(stack, 'Sessions', { network })).toThrow(
      '"Stack/Sessions" needs the endpoints monitoring, logs, which the network "Stack/Network" does not have; it has: ' +
        'glue. Add them to its endpoints.',
    );
    const vpc = new Vpc(stack, 'Vpc', { subnetConfiguration: [] });
    expect(
      () =>
        new GlueSparkJob(stack, 'Other', { network: { vpc, subnets: { subnetType: SubnetType.PUBLIC } } }),
    ).toThrow(/subnet/);
    expect(() => new GlueSparkJob(stack, 'None', { network: { vpc, subnets: { subnets: [] } } })).toThrow(
      'network of "Stack/None" selects no subnet. Choose subnets that the network has: a job runs in the first.',
    );
  });
});

describe('refuses', () => {
  test.each<[string, GlueSparkJobProps, string]>([
    [
      'one worker',
      { numberOfWorkers: 1 },
      'numberOfWorkers must be between 2 and 299 workers of type G.1X. Received 1. Leave it out for two: a driver and one ' +
        'that does the work. For more, larger ones are cheaper to feed.',
    ],
    [
      'half a worker',
      { numberOfWorkers: 2.5 },
      'numberOfWorkers must be a whole number between 2 and 299 workers of type G.1X. Received 2.5.',
    ],
    [
      'more than Glue has',
      { numberOfWorkers: 150, workerType: GlueWorkerType.G_2X },
      'numberOfWorkers must be between 2 and 149 workers of type G.2X. Received 150.',
    ],
    [
      'a worker type of streaming jobs',
      { workerType: 'G.025X' as GlueWorkerType },
      'workerType is "G.025X". Allowed for Spark jobs of Glue 4.0 and later: G.1X, G.2X, G.4X, G.8X, G.12X, G.16X, R.1X, ' +
        'R.2X, R.4X, R.8X.',
    ],
    [
      'a worker type there is no spare capacity of',
      { workerType: GlueWorkerType.R_1X, executionClass: GlueExecutionClass.FLEX },
      'executionClass is FLEX with workers of type R.1X. Glue runs G.1X and G.2X on spare capacity: choose one of them, or ' +
        'GlueExecutionClass.STANDARD.',
    ],
    [
      'a Glue without such Iceberg',
      { glueVersion: '3.0' },
      'glueVersion is "3.0". Allowed: 4.0 or later, for example 5.1: earlier ones have no Iceberg that reads a table as of a ' +
        'snapshot in SQL.',
    ],
    [
      'half a minute',
      { timeout: Duration.seconds(30) },
      'timeout must be between 60 and 604800 seconds. Received 30. Leave it out for one hour.',
    ],
    [
      'more than a week',
      { timeout: Duration.days(8) },
      'timeout must be between 60 and 604800 seconds. Received 691200. Leave it out for one hour.',
    ],
    [
      'a minute and a half',
      { timeout: Duration.seconds(90) },
      'timeout must be whole minutes. Received 90 seconds. Leave it out for one hour.',
    ],
    [
      'eleven retries',
      { maxRetries: 11 },
      'maxRetries must be between 0 and 10. Received 11. Leave it out for none: what starts the runs repeats them.',
    ],
    [
      'no run at a time',
      { maxConcurrentRuns: 0 },
      'maxConcurrentRuns must be between 1 and 1000. Received 0. Leave it out for one.',
    ],
    [
      'a setting of nobody',
      { sparkSettings: { partitions: '64' } },
      'sparkSettings has "partitions". Names of Spark\'s settings are spark.<…>: letters, digits, dots, dashes.',
    ],
    [
      'a setting that Glue would cut',
      { sparkSettings: { 'spark.driver.extraJavaOptions': '-Da=b -Dc=d' } },
      'sparkSettings has "-Da=b -Dc=d" for spark.driver.extraJavaOptions. Glue takes values without spaces: set it in a script.',
    ],
    [
      'an argument without dashes',
      { arguments: { day: '2024-05-01' } },
      'arguments has "day". Glue takes names with both dashes, for example --day.',
    ],
    [
      'an argument with an option of its own',
      { arguments: { '--conf': 'spark.a=b' } },
      'arguments has "--conf", which other options of the job decide: sparkSettings, autoScaling, jobBookmark.',
    ],
    [
      'an argument that says where it logs',
      { arguments: { '--continuous-log-logGroup': '/ours' } },
      'arguments has "--continuous-log-logGroup", which other options of the job decide: sparkSettings, autoScaling, jobBookmark.',
    ],
    [
      'a name that no log group can have',
      { jobName: 'daily sessions' },
      'jobName is "daily sessions". Allowed: 1 to 246 letters, digits and _ . - / #, of which log groups are named as well. Leave it out ' +
        'for one made from the path.',
    ],
    [
      'a name that leaves no room for that of its security configuration',
      { jobName: 'x'.repeat(247) },
      `jobName is "${'x'.repeat(247)}". Allowed: 1 to 246 letters`,
    ],
    [
      'a script that is not there',
      { script: 'jobs/none.py' },
      'script is "jobs/none.py", which cannot be read: ENOENT. Give the path of a file.',
    ],
    [
      'a script of another language',
      { script: 'jobs/none.scala' },
      'script is "jobs/none.scala". Glue runs Python here: name a file .py.',
    ],
  ])('%s', (_, props, message) => {
    expect(() => synth(props)).toThrow(message);
  });

  test('nothing that is known at deployment only', () => {
    const stack = new Stack(new App(), 'Stack');
    const numberOf = (id: string) => new CfnParameter(stack, id, { type: 'Number' }).valueAsNumber;
    const textOf = (id: string) => new CfnParameter(stack, id).valueAsString;
    const job = new GlueSparkJob(stack, 'Sessions', {
      glueVersion: textOf('Version'),
      workerType: textOf('Type') as GlueWorkerType,
      numberOfWorkers: numberOf('Workers'),
      timeout: Duration.minutes(numberOf('Minutes')),
      maxRetries: numberOf('Retries'),
      maxConcurrentRuns: numberOf('Runs'),
      jobName: textOf('Name'),
      role: iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::123456789012:role/glue'),
    });
    expect(stack.resolve(job.jobName)).toEqual({ Ref: 'Name' });
    Template.fromStack(stack).hasResourceProperties('AWS::Glue::Job', {
      NumberOfWorkers: { Ref: 'Workers' },
      Timeout: { Ref: 'Minutes' },
      WorkerType: { Ref: 'Type' },
    });
  });
});
