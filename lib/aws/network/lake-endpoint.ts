import * as ec2 from 'aws-cdk-lib/aws-ec2';

/** Services a network without a way out reaches by an interface endpoint, each paid for by the hour and zone. */
export enum LakeEndpoint {
  /** Queries of `SqlTransform`, `TableGate` of Athena. */
  ATHENA = 'athena',
  /** Metrics put by an API call, as jobs of Glue do; those of the handlers here go with their log lines and need none. */
  CLOUDWATCH = 'monitoring',
  /** Logs of containers and of jobs of Glue. Those of functions do not go through the network. */
  CLOUDWATCH_LOGS = 'logs',
  /** Images of containers, the API. */
  ECR = 'ecr.api',
  /** Images of containers, the registry. */
  ECR_DOCKER = 'ecr.dkr',
  /** `SqlEngine.emrServerless`. */
  EMR_SERVERLESS = 'emr-serverless',
  /** Events put by code of yours. */
  EVENTBRIDGE = 'events',
  /** The catalog: every handler. */
  GLUE = 'glue',
  /** Producers of yours; Lambda reads the streams from outside of the network. */
  KINESIS = 'kinesis-streams',
  /** Code of yours that encrypts by itself; S3, SQS and Kinesis use the keys on their side. */
  KMS = 'kms',
  /** Lake Formation, where the catalog hands out its credentials. */
  LAKE_FORMATION = 'lakeformation',
  /** Functions invoked by code of yours. */
  LAMBDA = 'lambda',
  /** Lookups with a secret. */
  SECRETS_MANAGER = 'secretsmanager',
  /** Notifications by code of yours. */
  SNS = 'sns',
  /** Files handed to a `TableCommitter`, increments handed to a container, and the containers themselves. */
  SQS = 'sqs',
  /** Executions started by code of yours. */
  STEP_FUNCTIONS = 'states',
  /** Roles taken on by code of yours. */
  STS = 'sts',
}

/** What the packaged containers need beside what the functions do. */
export const CONTAINER_ENDPOINTS = [
  LakeEndpoint.CLOUDWATCH_LOGS,
  LakeEndpoint.ECR,
  LakeEndpoint.ECR_DOCKER,
  LakeEndpoint.GLUE,
  LakeEndpoint.SQS,
];

const SERVICES: { readonly [endpoint in LakeEndpoint]: ec2.InterfaceVpcEndpointAwsService } = {
  [LakeEndpoint.ATHENA]: ec2.InterfaceVpcEndpointAwsService.ATHENA,
  [LakeEndpoint.CLOUDWATCH]: ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_MONITORING,
  [LakeEndpoint.CLOUDWATCH_LOGS]: ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  [LakeEndpoint.ECR]: ec2.InterfaceVpcEndpointAwsService.ECR,
  [LakeEndpoint.ECR_DOCKER]: ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER,
  [LakeEndpoint.EMR_SERVERLESS]: ec2.InterfaceVpcEndpointAwsService.EMR_SERVERLESS,
  [LakeEndpoint.EVENTBRIDGE]: ec2.InterfaceVpcEndpointAwsService.EVENTBRIDGE,
  [LakeEndpoint.GLUE]: ec2.InterfaceVpcEndpointAwsService.GLUE,
  [LakeEndpoint.KINESIS]: ec2.InterfaceVpcEndpointAwsService.KINESIS_STREAMS,
  [LakeEndpoint.KMS]: ec2.InterfaceVpcEndpointAwsService.KMS,
  [LakeEndpoint.LAKE_FORMATION]: ec2.InterfaceVpcEndpointAwsService.LAKE_FORMATION,
  [LakeEndpoint.LAMBDA]: ec2.InterfaceVpcEndpointAwsService.LAMBDA,
  [LakeEndpoint.SECRETS_MANAGER]: ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  [LakeEndpoint.SNS]: ec2.InterfaceVpcEndpointAwsService.SNS,
  [LakeEndpoint.SQS]: ec2.InterfaceVpcEndpointAwsService.SQS,
  [LakeEndpoint.STEP_FUNCTIONS]: ec2.InterfaceVpcEndpointAwsService.STEP_FUNCTIONS,
  [LakeEndpoint.STS]: ec2.InterfaceVpcEndpointAwsService.STS,
};

/** The service an endpoint leads to. */
export function serviceOf(endpoint: LakeEndpoint): ec2.InterfaceVpcEndpointAwsService {
  return SERVICES[endpoint];
}

/** Id of the construct: `CloudwatchLogs`. */
export function constructIdOf(endpoint: LakeEndpoint): string {
  return endpoint.replace(/(?:^|[-.])([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
