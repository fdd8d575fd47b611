import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { BUNDLES } from '../../contract/handler-environment';
import { HANDLER_ARCHITECTURE, HANDLER_ENTRY, HANDLER_RUNTIME, stagedCode } from '../bundle';
import { type HandlerNetwork, networkOf } from '../handler-network';
import { allowLogEncryption } from '../log-encryption';
import { acknowledgeHandlerFunction, acknowledgeHandlerRole } from '../suppressions';

/** The logs and the concurrency of the function. */
export interface TableProvisionerProps {
  /**
   * Key of the logs. The policy of an imported key has to allow CloudWatch Logs.
   * @default - a key of its own, rotated yearly, which stays as long as the logs do
   */
  readonly logEncryptionKey?: kms.IKey;
  /** @default RetentionDays.ONE_YEAR */
  readonly logRetention?: logs.RetentionDays;
  /** @default - not reserved */
  readonly reservedConcurrentExecutions?: number;
  /** @default - none: it reaches AWS over TLS, and nothing reaches it */
  readonly network?: HandlerNetwork;
  /** @default RemovalPolicy.RETAIN */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * The function that creates and evolves Iceberg tables at deployment, and never drops one. Its role holds nothing
 * but the tables of the zones that have one, granted with a zone's first LakeTable.
 */
export class TableProvisioner extends Construct {
  readonly handler: lambda.Function;
  readonly role: iam.Role;
  readonly logGroup: logs.LogGroup;
  /** Key of the logs. */
  readonly logEncryptionKey: kms.IKey;

  constructor(scope: Construct, id: string, props: TableProvisionerProps = {}) {
    super(scope, id);
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    this.logEncryptionKey =
      props.logEncryptionKey ??
      new kms.Key(this, 'Key', {
        description: `Logs of ${this.node.path}`,
        enableKeyRotation: true,
        removalPolicy,
      });
    allowLogEncryption(this, this.logEncryptionKey);
    this.logGroup = new logs.LogGroup(this, 'Logs', {
      encryptionKey: this.logEncryptionKey,
      retention: props.logRetention ?? logs.RetentionDays.ONE_YEAR,
      removalPolicy,
    });
    this.role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      description: `Creates and evolves the tables of ${Stack.of(this).stackName}`,
    });
    this.logGroup.grantWrite(this.role);
    this.handler = new lambda.Function(this, 'Handler', {
      description: 'Creates and evolves Iceberg tables at deployment; never drops one.',
      code: stagedCode(BUNDLES.tableProvision),
      handler: HANDLER_ENTRY,
      runtime: HANDLER_RUNTIME,
      architecture: HANDLER_ARCHITECTURE,
      memorySize: 512,
      timeout: Duration.minutes(2),
      tracing: lambda.Tracing.ACTIVE,
      role: this.role,
      logGroup: this.logGroup,
      loggingFormat: lambda.LoggingFormat.JSON,
      reservedConcurrentExecutions: props.reservedConcurrentExecutions,
      ...networkOf(props.network, this.role),
    });
    acknowledgeHandlerFunction(
      this.handler,
      'CloudFormation calls this function and sees its failure; a dead-letter queue would hold answers nobody waits for.',
    );
    acknowledgeHandlerRole(this.role);
  }
}
