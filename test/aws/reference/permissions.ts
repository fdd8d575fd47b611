import { iamStatements, type IamStatement } from '../../../lib/testing';
import type { Stack } from 'aws-cdk-lib';

/** Why an action is granted, and where it is called: a file of this repository and a text in it. */
interface Reason {
  readonly why: string;
  readonly code?: readonly [file: string, text: string];
}

const S3 = 'lambda/stores/s3-store.ts';
const GLUE = 'lambda/tables/glue-catalog.ts';
const ATHENA = 'lambda/engines/athena/athena-engine.ts';
const BY_LAMBDA = 'Lambda calls it, under the role of the function,';
const BY_STATES = 'Step Functions calls it, under the role of the workflow,';

/**
 * Every action a role of the reference app may be granted. One that is not here fails the test: say here why it is
 * needed, with the code that calls it, or do not grant it.
 */
export const REASONS: { readonly [action: string]: Reason } = {
  'athena:GetQueryExecution': { why: 'Waits for a query', code: [ATHENA, 'GetQueryExecutionCommand'] },
  'athena:GetQueryResults': { why: 'Reads the rows of a query', code: [ATHENA, 'GetQueryResultsCommand'] },
  'athena:StartQueryExecution': {
    why: 'Runs the SQL of a gold table',
    code: [ATHENA, 'StartQueryExecutionCommand'],
  },
  'athena:StopQueryExecution': {
    why: 'Not called by the function: part of QueryWorkgroup.grantQuery, so that who starts a query can stop it',
  },
  'dynamodb:DeleteItem': { why: `${BY_STATES} to give back the slot of a run` },
  'dynamodb:GetItem': { why: `${BY_STATES} to see how a day or a slot stands` },
  'dynamodb:PutItem': { why: `${BY_STATES} to note a run of a day` },
  'dynamodb:UpdateItem': { why: `${BY_STATES} to take a slot, and to note how a run ended` },
  'events:DescribeRule': { why: `${BY_STATES} to wait for runs it starts, by a rule that AWS keeps for it` },
  'events:PutEvents': { why: `${BY_STATES} to tell that a table is published, or a run failed` },
  'events:PutRule': { why: `${BY_STATES} to wait for runs it starts, by a rule that AWS keeps for it` },
  'events:PutTargets': { why: `${BY_STATES} to wait for runs it starts, by a rule that AWS keeps for it` },
  'glue:CreateTable': { why: 'Makes a table at the first deployment', code: [GLUE, 'CreateTableCommand'] },
  'glue:GetDatabase': {
    why: 'Finds the place of a table; Athena looks at the database "default", too',
    code: [GLUE, 'GetDatabaseCommand'],
  },
  'glue:GetTable': { why: 'Finds the current metadata of a table', code: [GLUE, 'GetTableCommand'] },
  'glue:UpdateTable': { why: 'Commits: swaps the metadata of a table', code: [GLUE, 'UpdateTableCommand'] },
  'kinesis:DescribeStream': { why: `${BY_LAMBDA} to poll the stream` },
  'kinesis:DescribeStreamSummary': { why: `${BY_LAMBDA} to poll the stream` },
  'kinesis:GetRecords': { why: `${BY_LAMBDA} to poll the stream` },
  'kinesis:GetShardIterator': { why: `${BY_LAMBDA} to poll the stream` },
  'kinesis:ListShards': { why: `${BY_LAMBDA} to poll the stream` },
  'kinesis:SubscribeToShard': {
    why: `${BY_LAMBDA} where the stream has a consumer of its own (grantRead of aws-cdk-lib)`,
  },
  'kms:Decrypt': {
    why: 'S3, Kinesis and SQS decrypt with the lake’s key on the role’s behalf; parts of a multipart upload are decrypted as well',
  },
  'kms:GenerateDataKey': { why: 'S3 and SQS encrypt with the lake’s key on the role’s behalf' },
  'lambda:InvokeFunction': { why: `${BY_STATES} to run its steps` },
  'logs:CreateLogDelivery': { why: `${BY_STATES} to log every transition; it takes no resource` },
  'logs:CreateLogStream': { why: `${BY_LAMBDA} to deliver the function’s log` },
  'logs:DeleteLogDelivery': { why: `${BY_STATES} to log every transition; it takes no resource` },
  'logs:DescribeLogGroups': { why: `${BY_STATES} to log every transition; it takes no resource` },
  'logs:DescribeResourcePolicies': { why: `${BY_STATES} to log every transition; it takes no resource` },
  'logs:GetLogDelivery': { why: `${BY_STATES} to log every transition; it takes no resource` },
  'logs:ListLogDeliveries': { why: `${BY_STATES} to log every transition; it takes no resource` },
  'logs:PutLogEvents': { why: `${BY_LAMBDA} to deliver the function’s log` },
  'logs:PutResourcePolicy': { why: `${BY_STATES} to log every transition; it takes no resource` },
  'logs:UpdateLogDelivery': { why: `${BY_STATES} to log every transition; it takes no resource` },
  's3:AbortMultipartUpload': {
    why: 'Athena and Spark, which write under the same grant, give up a file written in parts',
  },
  's3:DeleteObject': {
    why: 'Clears away a metadata file that a commit superseded, and no other file',
    code: [S3, 'DeleteObjectCommand'],
  },
  's3:GetBucketLocation': { why: 'Athena asks for it before it reads a bucket' },
  's3:GetObject': { why: 'Reads metadata and data files', code: [S3, 'GetObjectCommand'] },
  's3:ListBucket': {
    why: 'Makes an absent object an answer (404) instead of a refusal (403); lists orphans',
    code: [S3, 'ListObjectsV2Command'],
  },
  's3:ListMultipartUploadParts': {
    why: 'Athena and Spark, which write under the same grant, complete a file written in parts',
  },
  's3:PutObject': { why: 'Writes data and metadata files', code: [S3, 'PutObjectCommand'] },
  'sns:Publish': { why: `${BY_STATES} to tell of a failure` },
  'sqs:ChangeMessageVisibility': { why: `${BY_LAMBDA} to give back requests that failed` },
  'sqs:DeleteMessage': { why: `${BY_LAMBDA} when requests are done` },
  'sqs:GetQueueAttributes': { why: `${BY_LAMBDA} to poll the queue` },
  'sqs:GetQueueUrl': { why: `${BY_LAMBDA} to poll the queue (grantConsumeMessages of aws-cdk-lib)` },
  'sqs:ReceiveMessage': { why: `${BY_LAMBDA} to poll the queue` },
  'sqs:SendMessage': { why: `${BY_LAMBDA} to note a batch that was given up` },
  'states:DescribeExecution': {
    why: `${BY_STATES} to see whether the holder of a slot still runs, and how the runs of a backfill end`,
  },
  'states:StartExecution': { why: 'The schedule starts the workflow, and a backfill a run for each day' },
  'states:StopExecution': { why: `${BY_STATES} where a backfill is stopped: its runs stop with it` },
  'xray:GetSamplingRules': { why: `${BY_STATES} to trace; it takes no resource` },
  'xray:GetSamplingTargets': { why: `${BY_STATES} to trace; it takes no resource` },
  'xray:PutTelemetryRecords': { why: `${BY_LAMBDA} to trace; it takes no resource` },
  'xray:PutTraceSegments': { why: `${BY_LAMBDA} to trace; it takes no resource` },
};

/** What a role may do: an action, and what on. */
export interface Permission {
  readonly role: string;
  readonly action: string;
  readonly on: string[];
}

/** What the roles of the stack may do, those of the same kind taken together: by role, then action. */
export function permissionsOf(stack: Stack, products: readonly string[]): Permission[] {
  const found = new Map<string, Set<string>>();
  for (const statement of iamStatements(stack)) {
    if (statement.effect !== 'Allow' || statement.type !== 'AWS::IAM::Policy') continue;
    for (const action of statement.actions) {
      const id = `${roleOf(statement, products)} ${action}`;
      const on = found.get(id) ?? new Set<string>();
      for (const resource of statement.resources) on.add(placeOf(resource, statement, products));
      found.set(id, on);
    }
  }
  return [...found]
    .map(([id, on]) => {
      const [role, action] = id.split(' ');
      return { role, action, on: [...on].sort() };
    })
    .sort((a, b) => (`${a.role} ${a.action}` < `${b.role} ${b.action}` ? -1 : 1));
}

function roleOf({ logicalId }: IamStatement, products: readonly string[]): string {
  const name = logicalId.replace(/(Role)?DefaultPolicy[0-9A-F]{8}$/, '');
  const product = products.find((one) => name.startsWith(pascalCase(one)));
  return product === undefined ? name : `PRODUCT${name.slice(product.length)}`;
}

function placeOf(resource: string, { conditions }: IamStatement, products: readonly string[]): string {
  const names = products.join('|');
  const when = conditions.filter((condition) => condition.includes('s3:prefix'));
  return [resource, ...when.map((condition) => condition.replace(/^StringLike s3:prefix = /, 'prefix '))]
    .join(', ')
    .replace(/arn:<AWS::Partition>:([a-z]+):<AWS::Region>:<AWS::AccountId>:/g, '$1 ')
    .replace(/<([A-Za-z]+)[0-9A-F]{8}\.Arn>/g, '$1')
    .replace(/workgroup\/.*/, 'workgroup/…')
    .replace(new RegExp(`\\b(${names})(?![a-z])`, 'g'), 'TABLE')
    .replace(new RegExp(`\\b(${products.map(pascalCase).join('|')})(?=[A-Z])`, 'g'), 'PRODUCT');
}

function pascalCase(name: string): string {
  return name.replace(/(?:^|_)([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

/** The page docs/permissions.md. */
export function permissionsPage(permissions: readonly Permission[]): string {
  const roles = [...new Set(permissions.map(({ role }) => role))];
  return [
    '# Permissions',
    'What every role of the reference app may do, on what, and why. This page is written by a test, which fails when a role is ' +
      'granted an action nobody has given a reason for, when a reason names code that no longer calls it, and when this page is not ' +
      'up to date: `npx jest -u test/aws/reference/permissions`.',
    'No role has a managed policy. `PRODUCT` is each of the products, `TABLE` its table. Where a reason names no file, AWS makes ' +
      'the call under the role, or it is said why it is granted all the same.',
    'That is held against what is called: `test/aws/reference/calls.test.ts` runs the bundles of the reference app on an emulator, ' +
      'from making tables over bronze and silver to gates and gold, with a proxy between that notes every call. Each call is ' +
      'permitted by the role of its function on just that resource; the same call on another product’s resource is not; and what ' +
      'is granted on a place and not called there has a reason in the test. Not in the run: what AWS does under a role (Lambda ' +
      'polls, Athena reads and writes), and the roles of workflows and schedules.',
    ...roles.flatMap((role) => [
      `## ${role}`,
      [
        '| action | on | why |',
        '| --- | --- | --- |',
        ...permissions
          .filter((permission) => permission.role === role)
          .map(
            ({ action, on }) =>
              `| \`${action}\` | ${on.map((one) => `\`${one}\``).join('<br>')} | ${reasonText(action)} |`,
          ),
      ].join('\n'),
    ]),
  ].join('\n\n');
}

function reasonText(action: string): string {
  const reason = REASONS[action];
  if (reason === undefined) return '**no reason**';
  return reason.code === undefined
    ? reason.why
    : `${reason.why}: [\`${reason.code[0]}\`](../${reason.code[0]})`;
}
