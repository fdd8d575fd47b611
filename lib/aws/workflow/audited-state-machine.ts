import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledge, complianceRules } from '../suppressions';

export interface AuditedStateMachineProps {
  readonly definition: sfn.IChainable;
  readonly comment: string;
  readonly encryptionKey: IKey;
  readonly timeout: Duration;
  readonly stateMachineName?: string;
  readonly stateMachineType?: sfn.StateMachineType;
  readonly logRetention?: logs.RetentionDays;
  readonly logExecutionData?: boolean;
}

/** A state machine in JSONata that logs every transition to an encrypted log group, and is traced. */
export class AuditedStateMachine extends Construct {
  readonly stateMachine: sfn.StateMachine;
  readonly role: iam.Role;
  readonly logGroup: logs.LogGroup;

  constructor(scope: Construct, id: string, props: AuditedStateMachineProps) {
    super(scope, id);
    this.role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('states.amazonaws.com') });
    acknowledge(
      this.role,
      complianceRules('IAMNoInlinePolicy'),
      'The policy is written by grants for this one role and is deleted with it; shared managed policies would widen it.',
    );
    acknowledge(
      this.role,
      ['AwsSolutions-IAM5[Resource::*]'],
      'The actions for tracing, for the delivery of logs and for metrics take no resource.',
    );
    this.logGroup = new logs.LogGroup(this, 'Logs', {
      retention: props.logRetention ?? logs.RetentionDays.ONE_MONTH,
      encryptionKey: props.encryptionKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      stateMachineName: props.stateMachineName,
      stateMachineType: props.stateMachineType,
      definitionBody: sfn.DefinitionBody.fromChainable(props.definition),
      queryLanguage: sfn.QueryLanguage.JSONATA,
      comment: props.comment,
      timeout: props.timeout,
      role: this.role,
      tracingEnabled: true,
      logs: {
        destination: this.logGroup,
        level: sfn.LogLevel.ALL,
        includeExecutionData: props.logExecutionData ?? false,
      },
    });
  }
}
