import { Duration } from 'aws-cdk-lib';
import type * as events from 'aws-cdk-lib/aws-events';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { expression, literal, NOW, optional } from './expression';
import type { Retryable } from './retry-policy';
import { WORKFLOW_EVENT_SOURCE, WorkflowEvent } from './workflow-event';

/** Repeats a call of an AWS service and catches what stays: on to the failure path. */
export type Guard = (task: Guarded, notRepeated?: string[]) => void;

/** A state that may fail. */
export type Guarded = Retryable & {
  readonly stateId: string;
  addCatch(handler: sfn.IChainable, props?: sfn.CatchProps): unknown;
};

/** Errors this library ends executions with begin so: whoever listens to failures knows they were told already. */
export const OWN_ERRORS = 'Lakehouse.';
const GATE_HALTED = `${OWN_ERRORS}GateHalted`;

/** Calls of AWS services are repeated for a minute, whatever the policy of the steps. */
export function retryQuickly(task: Retryable, notRepeated: string[] = []): void {
  task.addRetry({ errors: ['States.QueryEvaluationError', ...notRepeated], maxAttempts: 0 });
  task.addRetry({
    errors: ['States.ALL'],
    interval: Duration.seconds(2),
    maxAttempts: 5,
    backoffRate: 2,
    jitterStrategy: sfn.JitterType.FULL,
  });
}

export interface FailurePathProps {
  readonly workflowName: string;
  readonly topics: ITopic[];
  readonly eventBus: events.IEventBus;
}

/**
 * What follows a failure: an event, a message to each topic, then whatever closes the run. What fails here is passed
 * over: the run has failed already, and its slot has to be given back.
 */
export class FailurePath {
  /** First state of the path. `$failed` and `$failure` are assigned by what leads to it. */
  readonly start: sfn.IChainable;

  constructor(
    private readonly scope: Construct,
    private readonly props: FailurePathProps,
    next: sfn.IChainable,
  ) {
    const notify = this.props.topics.reduceRight<sfn.IChainable>(
      (following, topic, index) => this.publish(`Notify${index === 0 ? '' : index + 1}`, topic, following),
      next,
    );
    const announce = this.announce('AnnounceFailure', WorkflowEvent.FAILED, notify);
    this.start = sfn.Pass.jsonata(scope, 'DescribeFailure', {
      assign: { notice: this.notice('$failure.error', '$failure.cause', '$failure.task') },
    }).next(announce);
  }

  readonly guard: Guard = (task, notRepeated) => {
    retryQuickly(task, notRepeated);
    this.catchAll(task);
  };

  /** Whatever a state fails with leads here, with the state's name. */
  catchAll(task: Guarded): void {
    task.addCatch(this.start, {
      errors: ['States.ALL'],
      assign: {
        failed: true,
        failure: {
          task: task.stateId,
          // A gate within a function is a gate as well.
          error: expression(
            `$states.errorOutput.Error = 'GateHalted' ? ${literal(GATE_HALTED)} : ` +
              optional('$states.errorOutput.Error', "'States.Unknown'"),
          ),
          cause: expression(optional('$states.errorOutput.Cause', "''")),
        },
      },
    });
  }

  /** The path for a state of ours that finds something wrong. The error begins with `Lakehouse.`. */
  fail(id: string, task: string, error: string, cause: string): sfn.IChainable {
    return sfn.Pass.jsonata(this.scope, id, {
      assign: { failed: true, failure: { task, error: `${OWN_ERRORS}${error}`, cause: expression(cause) } },
    }).next(this.start);
  }

  /**
   * What people and machines are told, built of JSONata expressions; total, since nothing could catch its errors. More
   * fields are added after the common ones.
   */
  notice(error: string, cause: string, task: string, more: { [field: string]: unknown } = {}): unknown {
    const name = literal(this.props.workflowName);
    const subject =
      `$substring(${error} = ${literal(GATE_HALTED)} ? 'Data Quality Failure' : ` +
      `'Workflow failed: ' & ${name}, 0, 100)`;
    return {
      workflow: this.props.workflowName,
      task: expression(task),
      date: expression('$date'),
      time: expression(NOW),
      execution: expression('$states.context.Execution.Id'),
      link: expression('$link'),
      error: expression(error),
      cause: expression(`$substring(${cause}, 0, 4000)`),
      subject: expression(subject),
      text: expression(
        `'Task: ' & ${task} & '\\nWorkflow: ' & ${name} & '\\nDate: ' & $date & '\\nTime: ' & ${NOW} & ` +
          `'\\nExecution: ' & $link & '\\nError: ' & ${error} & '\\nCause: ' & $substring(${cause}, 0, 4000)`,
      ),
      ...more,
    };
  }

  /** Puts `$notice` on the event bus; on to `next` in any case. */
  announce(id: string, event: WorkflowEvent, next: sfn.IChainable): sfn.IChainable {
    const task = tasks.EventBridgePutEvents.jsonata(this.scope, id, {
      entries: [
        {
          source: WORKFLOW_EVENT_SOURCE,
          detailType: event,
          detail: sfn.TaskInput.fromText(expression('$notice')),
          eventBus: this.props.eventBus,
        },
      ],
    });
    return this.goOn(task, next);
  }

  /** Sends `$notice` to a topic, as a text to people and as JSON to everything else; on to `next` in any case. */
  publish(id: string, topic: ITopic, next: sfn.IChainable): sfn.IChainable {
    const task = tasks.SnsPublish.jsonata(this.scope, id, {
      topic,
      subject: expression('$notice.subject'),
      messagePerSubscriptionType: true,
      message: sfn.TaskInput.fromText(
        expression(
          "$string({'default': $string($notice), 'email': $notice.text, 'sms': $substring($notice.text, 0, 140)})",
        ),
      ),
    });
    return this.goOn(task, next);
  }

  private goOn(task: sfn.TaskStateBase, next: sfn.IChainable): sfn.IChainable {
    retryQuickly(task);
    task.addCatch(next, { errors: ['States.ALL'] });
    task.next(next);
    return task;
  }
}
