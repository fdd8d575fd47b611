import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { ILakeTable } from '../catalog';
import { eventsRole, undeliveredEvents } from './event-delivery';
import type { PipelineWorkflow } from './pipeline-workflow';
import { WORKFLOW_EVENT_SOURCE, WorkflowEvent } from './workflow-event';

/** An event that starts a run. Where several have to come first, use an `InputBarrier`. */
export class WorkflowTrigger {
  /** Another workflow has published a table: a run for the same date. */
  static tablePublished(table: ILakeTable): WorkflowTrigger {
    return new WorkflowTrigger(
      {
        source: [WORKFLOW_EVENT_SOURCE],
        detailType: [WorkflowEvent.TABLE_PUBLISHED],
        detail: { table: [table.uri] },
      },
      { date: events.EventField.fromPath('$.detail.date') },
    );
  }

  /** Another workflow is done: a run for the same date. */
  static workflowSucceeded(workflow: PipelineWorkflow): WorkflowTrigger {
    return new WorkflowTrigger(
      {
        source: [WORKFLOW_EVENT_SOURCE],
        detailType: [WorkflowEvent.SUCCEEDED],
        detail: { workflow: [workflow.workflowName] },
      },
      { date: events.EventField.fromPath('$.detail.date') },
      workflow.eventBus,
    );
  }

  /** A table of the Glue catalog got a commit: a run for the UTC day of it. Give the workflow a `limit`. */
  static tableCommitted(table: ILakeTable): WorkflowTrigger {
    return new WorkflowTrigger(
      {
        source: ['aws.glue'],
        detailType: ['Glue Data Catalog Table State Change'],
        detail: {
          databaseName: [table.databaseName],
          tableName: [table.tableName],
          typeOfChange: ['UpdateTable'],
        },
      },
      { on: events.EventField.time },
    );
  }

  /** Any event: a run for the UTC day of it. */
  static event(pattern: events.EventPattern, eventBus?: events.IEventBus): WorkflowTrigger {
    return new WorkflowTrigger(pattern, { on: events.EventField.time }, eventBus);
  }

  private constructor(
    /** Which events. @internal */
    readonly _pattern: events.EventPattern,
    /** What a run is given. @internal */
    readonly _input: { [key: string]: string },
    /** Where they are; undefined for the default bus. @internal */
    readonly _eventBus?: events.IEventBus,
  ) {}
}

export interface WorkflowTriggersProps {
  readonly workflow: PipelineWorkflow;
  readonly triggers: WorkflowTrigger[];
}

/** A rule for each trigger; starts that fail for a day are kept in a queue. */
export class WorkflowTriggers extends Construct {
  constructor(scope: Construct, id: string, { workflow, triggers }: WorkflowTriggersProps) {
    super(scope, id);
    if (triggers.length === 0) return;
    const role = eventsRole(this, 'Role');
    const deadLetterQueue = undeliveredEvents(this, workflow.encryptionKey);
    triggers.forEach((trigger, index) => {
      new events.Rule(this, `Trigger${index + 1}`, {
        eventBus: trigger._eventBus,
        description: `Starts ${workflow.workflowName}`,
        eventPattern: trigger._pattern,
        targets: [
          new targets.SfnStateMachine(workflow.stateMachine, {
            role,
            deadLetterQueue,
            input: events.RuleTargetInput.fromObject(trigger._input),
          }),
        ],
      });
    });
  }
}
