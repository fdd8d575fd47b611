import { isObject, textAt } from './json';
import type { JsonObject } from './json';

/** Where a stack would have been deployed: the values of the pseudo parameters. */
export interface Deployment {
  readonly account: string;
  readonly region: string;
  readonly partition: string;
}

export const LAPTOP: Deployment = { account: '000000000000', region: 'us-east-1', partition: 'aws' };

/** Property that holds the name a user may give, by resource type; other types go by their logical id. */
const NAME_PROPERTY: Record<string, string> = {
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::ECS::TaskDefinition': 'Family',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Kinesis::Stream': 'Name',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
};

/** Service and resource part of an ARN, by resource type. */
const ARN_SHAPE: Record<string, (name: string) => [service: string, resource: string]> = {
  'AWS::CloudWatch::Alarm': (name) => ['cloudwatch', `alarm:${name}`],
  'AWS::DynamoDB::Table': (name) => ['dynamodb', `table/${name}`],
  'AWS::ECS::TaskDefinition': (name) => ['ecs', `task-definition/${name}:1`],
  'AWS::Events::Rule': (name) => ['events', `rule/${name}`],
  'AWS::IAM::Role': (name) => ['iam', `role/${name}`],
  'AWS::KMS::Key': (name) => ['kms', `key/${name}`],
  'AWS::Kinesis::Stream': (name) => ['kinesis', `stream/${name}`],
  'AWS::Lambda::Function': (name) => ['lambda', `function:${name}`],
  'AWS::Logs::LogGroup': (name) => ['logs', `log-group:${name}:*`],
  'AWS::SNS::Topic': (name) => ['sns', name],
  'AWS::SQS::Queue': (name) => ['sqs', name],
  'AWS::SecretsManager::Secret': (name) => ['secretsmanager', `secret:${name}`],
  'AWS::Scheduler::Schedule': (name) => ['scheduler', `schedule/default/${name}`],
  'AWS::StepFunctions::StateMachine': (name) => ['states', `stateMachine:${name}`],
};
const GLOBAL_SERVICES = new Set(['iam', 's3']);

/**
 * The name a resource has on this machine: the given one, else one made of stack and logical id. It does not change
 * between runs, unlike the random suffix CloudFormation adds: lanes and directories are named after it.
 */
export function physicalName(
  stackName: string,
  logicalId: string,
  type: string,
  properties: JsonObject,
): string {
  if (type === 'AWS::Glue::Database' || type === 'AWS::Glue::Table') {
    const input = properties[type === 'AWS::Glue::Database' ? 'DatabaseInput' : 'TableInput'];
    const given = isObject(input) ? textAt(input, 'Name') : undefined;
    return given ?? `${stackName}_${logicalId}`.toLowerCase().replace(/[^a-z0-9_]/g, '_');
  }
  const given = textAt(properties, NAME_PROPERTY[type] ?? 'Name');
  if (given !== undefined) return given;
  const name = `${stackName}-${logicalId}`;
  return type === 'AWS::S3::Bucket' ? name.toLowerCase().replace(/[^a-z0-9.-]/g, '-') : name;
}

export function arn(type: string, name: string, deployment: Deployment): string {
  const { partition, region, account } = deployment;
  if (type === 'AWS::S3::Bucket') return `arn:${partition}:s3:::${name}`;
  const [service, resource] = (
    ARN_SHAPE[type] ?? ((id) => [type.split('::')[1]?.toLowerCase() ?? 'unknown', id])
  )(name);
  return `arn:${partition}:${service}:${GLOBAL_SERVICES.has(service) ? '' : region}:${account}:${resource}`;
}
