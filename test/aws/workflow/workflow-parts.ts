import { App, type Environment, Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  type ILakeTable,
  LakeCatalog,
  LakeTable,
  MedallionLake,
  PipelineWorkflow,
  type PipelineWorkflowOptions,
  WorkflowStep,
  Zone,
} from '../../../lib/aws';

/** A lake with a silver and a gold table, functions for each step, and somebody to tell. */
export interface Parts {
  readonly stack: Stack;
  readonly silver: ILakeTable;
  readonly gold: ILakeTable;
  readonly topic: Topic;
  readonly sourceTeam: Topic;
  readonly check: lambda.IFunction;
  readonly refine: lambda.IFunction;
  readonly gate: lambda.IFunction;
  readonly transform: lambda.IFunction;
  readonly repair: lambda.IFunction;
}

export function parts(env?: Environment): Parts {
  const stack = new Stack(new App({ context: { 'aws:cdk:enable-path-metadata': true } }), 'Test', { env });
  const catalog = LakeCatalog.of(new MedallionLake(stack, 'Lake'));
  const zoneBucket = (zone: Zone) => catalog.lake.zone(zone);
  const table = (zone: Zone, tableName: string): ILakeTable =>
    LakeTable.fromTableAttributes(stack, `${zone}Table`, {
      databaseName: `sales_${zone}`,
      tableName,
      zoneBucket: zoneBucket(zone),
    });
  const masterKey = new Key(stack, 'TopicKey', { enableKeyRotation: true });
  const step = (name: string): lambda.IFunction =>
    lambda.Function.fromFunctionAttributes(stack, name, {
      functionArn: `arn:aws:lambda:eu-central-1:123456789012:function:${name}`,
      sameEnvironment: true,
    });
  return {
    stack,
    silver: table(Zone.SILVER, 'orders'),
    gold: table(Zone.GOLD, 'daily_revenue'),
    topic: new Topic(stack, 'OnCall', { enforceSSL: true, masterKey }),
    sourceTeam: new Topic(stack, 'SourceTeam', { enforceSSL: true, masterKey }),
    check: step('check'),
    refine: step('refine'),
    gate: step('gate'),
    transform: step('transform'),
    repair: step('repair'),
  };
}

/** Validate, refine, gate, transform. */
export function steps(given: Parts): WorkflowStep[] {
  return [
    WorkflowStep.validate('CheckFiles', given.check),
    WorkflowStep.refine('RefineOrders', given.refine, given.silver),
    WorkflowStep.gate('OrdersGate', given.gate, given.silver, {
      sourceTeam: given.sourceTeam,
      remedies: [WorkflowStep.function('Repair', given.repair)],
    }),
    WorkflowStep.transform('DailyRevenue', given.transform, given.gold, {
      parameters: {
        date: '{% $date %}',
        orders: '{% $exists($results.CheckFiles.files) ? $string($results.CheckFiles.files) : "0" %}',
      },
    }),
  ];
}

export function workflow(given: Parts, options: PipelineWorkflowOptions = {}): PipelineWorkflow {
  return new PipelineWorkflow(given.stack, 'Daily', {
    steps: steps(given),
    workflowName: 'orders-daily',
    notifications: { topics: [given.topic] },
    ...options,
  });
}
