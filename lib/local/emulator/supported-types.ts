/**
 * CloudFormation resource types that moto 5.2 creates (it skips every other one without a word), by service.
 * `AWS::Lambda::EventSourceMapping` is left out on purpose: moto would start functions in Docker; the emulator run
 * polls the streams itself.
 */
const MOTO_TYPES: Record<string, string> = {
  ApiGateway: 'Deployment Method Resource RestApi',
  AutoScaling: 'AutoScalingGroup LaunchConfiguration ScheduledAction',
  Batch: 'ComputeEnvironment JobDefinition JobQueue',
  CloudFormation: 'Stack',
  CloudWatch: 'Dashboard',
  DataPipeline: 'Pipeline',
  DynamoDB: 'Table',
  EC2: 'EIP FlowLog Instance InternetGateway LaunchTemplate NatGateway NetworkInterface Route RouteTable SecurityGroup SecurityGroupIngress SpotFleet Subnet SubnetRouteTableAssociation TransitGateway VPC VPCEndpoint VPCGatewayAttachment VPCPeeringConnection VPNGateway Volume VolumeAttachment',
  ECR: 'Repository',
  ECS: 'Cluster Service TaskDefinition',
  EFS: 'AccessPoint FileSystem MountTarget',
  EMR: 'Cluster InstanceGroupConfig SecurityConfiguration',
  ElasticLoadBalancing: 'LoadBalancer',
  ElasticLoadBalancingV2: 'Listener ListenerRule LoadBalancer TargetGroup',
  Events: 'Archive EventBus Rule',
  IAM: 'AccessKey InstanceProfile ManagedPolicy Policy Role User',
  IoT: 'BillingGroup JobTemplate Policy RoleAlias Thing ThingType',
  KMS: 'Alias Key',
  Kinesis: 'Stream',
  Lambda: 'Function LayerVersion Permission Version',
  Logs: 'LogGroup ResourcePolicy',
  RDS: 'DBInstance DBParameterGroup DBSecurityGroup DBSubnetGroup',
  Redshift: 'Cluster ClusterParameterGroup ClusterSubnetGroup',
  Route53: 'HealthCheck HostedZone RecordSet RecordSetGroup',
  S3: 'Bucket',
  SNS: 'Topic',
  SQS: 'Queue',
  SSM: 'Document Parameter',
  SageMaker: 'Endpoint EndpointConfig Model NotebookInstance NotebookInstanceLifecycleConfig',
  StepFunctions: 'StateMachine',
};

/** The types a plain moto server deploys, as `AWS::Service::Kind`. */
export const MOTO_SUPPORTED_TYPES: ReadonlySet<string> = new Set(
  Object.entries(MOTO_TYPES).flatMap(([service, kinds]) =>
    kinds.split(' ').map((kind) => `AWS::${service}::${kind}`),
  ),
);
