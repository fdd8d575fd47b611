import { Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { requireWhole } from '../bounds';
import { acknowledgeWildcards } from '../suppressions';
import { allowEvents, eventsRole, undeliveredEvents } from './event-delivery';
import { OWN_ERRORS } from './failure-path';
import type { PipelineWorkflow } from './pipeline-workflow';
import { WORKFLOW_EVENT_SOURCE, WorkflowEvent } from './workflow-event';

/** A web service that is sent every failure as JSON: a help desk, a chat, a pager. */
export interface WorkflowWebhook {
  /** HTTPS address; `*` in its path stands for path parameters. */
  readonly endpoint: string;
  /** How calls are authorized. Its secret is kept in Secrets Manager. */
  readonly connection: events.IConnection;
  /**
   * Calls a second at the most, 1 to 300.
   * @default 10
   */
  readonly rateLimitPerSecond?: number;
}

/** Who is told what. */
export interface WorkflowNotifications {
  /**
   * Topics that get a message for each failure: a text to e-mail, JSON to everything else.
   * @default - none
   */
  readonly topics?: ITopic[];
  /**
   * A web service that gets the same as JSON.
   * @default - none
   */
  readonly webhook?: WorkflowWebhook;
  /**
   * Tell the topics of successes as well.
   * @default false
   */
  readonly onSuccess?: boolean;
}

export interface WorkflowNotifierProps {
  readonly workflow: PipelineWorkflow;
  readonly notifications: WorkflowNotifications;
}

/**
 * Tells of failures the run itself could not tell of (stopped by hand, out of time, an error outside of every task),
 * and forwards all failures to the webhook. An API destination, not a function: it retries for a day, keeps to a rate,
 * keeps the secret, and there is no code to run.
 */
export class WorkflowNotifier extends Construct {
  private deadLetters?: IQueue;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: WorkflowNotifierProps,
  ) {
    super(scope, id);
    const { topics = [], webhook } = props.notifications;
    if (topics.length === 0 && webhook === undefined) return;
    const untold = new events.Rule(this, 'Untold', {
      description: `${props.workflow.workflowName}: runs that ended without telling`,
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          stateMachineArn: [props.workflow.stateMachine.stateMachineArn],
          $or: [
            { status: ['TIMED_OUT', 'ABORTED'] },
            { status: ['FAILED'], error: [{ 'anything-but': { prefix: OWN_ERRORS } }] },
          ],
        },
      },
    });
    for (const topic of new Set(topics)) {
      allowEvents(this, topic.masterKey);
      const target = new targets.SnsTopic(topic, {
        message: this.untoldNotice(),
        deadLetterQueue: this.deadLetterQueue(),
      });
      untold.addTarget(target);
    }
    if (webhook !== undefined) this.callWebhook(webhook, untold);
  }

  private callWebhook(webhook: WorkflowWebhook, untold: events.Rule): void {
    const { workflow } = this.props;
    requireWhole('webhook.rateLimitPerSecond', webhook.rateLimitPerSecond, {
      minimum: 1,
      maximum: 300,
      remedy: 'Leave it out for 10.',
    });
    const destination = new events.ApiDestination(this, 'Webhook', {
      connection: webhook.connection,
      endpoint: webhook.endpoint,
      httpMethod: events.HttpMethod.POST,
      rateLimitPerSecond: webhook.rateLimitPerSecond ?? 10,
      description: `${workflow.workflowName}: told of failures`,
    });
    const role = eventsRole(this, 'WebhookRole');
    acknowledgeWildcards(role, [destination.apiDestinationArn], 'EventBridge appends an id to the name.');
    const call = (event: events.RuleTargetInput): targets.ApiDestination =>
      new targets.ApiDestination(destination, {
        event,
        eventRole: role,
        deadLetterQueue: this.deadLetterQueue(),
      });
    new events.Rule(this, 'Failures', {
      eventBus: workflow.eventBus,
      description: `${workflow.workflowName}: failures to the webhook`,
      eventPattern: {
        source: [WORKFLOW_EVENT_SOURCE],
        detailType: [WorkflowEvent.FAILED],
        detail: { workflow: [workflow.workflowName] },
      },
      targets: [call(events.RuleTargetInput.fromEventPath('$.detail'))],
    });
    untold.addTarget(call(this.untoldNotice()));
  }

  /** In place of what the run would have told, had it been able to. JSON, since a rule knows no other text of several lines. */
  private untoldNotice(): events.RuleTargetInput {
    const { workflowName } = this.props.workflow;
    const status = events.EventField.fromPath('$.detail.status');
    return events.RuleTargetInput.fromObject({
      workflow: workflowName,
      task: status,
      time: events.EventField.time,
      execution: events.EventField.fromPath('$.detail.executionArn'),
      link: this.link(),
      error: status,
      cause: UNTOLD,
      subject: `Workflow failed: ${workflowName}`,
      text: `${workflowName}: ${UNTOLD}`,
    });
  }

  private link(): string {
    const { region } = Stack.of(this);
    const domain = 'console.aws.amazon.com';
    const arn = events.EventField.fromPath('$.detail.executionArn');
    return `https://${region}.${domain}/states/home?region=${region}#/v2/executions/details/${arn}`;
  }

  private deadLetterQueue(): IQueue {
    this.deadLetters ??= undeliveredEvents(this, this.props.workflow.encryptionKey);
    return this.deadLetters;
  }
}

const UNTOLD =
  'The run was stopped, ran out of time, or failed outside of its own error handling: see its history.';
