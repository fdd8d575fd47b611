import { Stack } from 'aws-cdk-lib';
import type { IEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { retryQuickly } from './failure-path';

/** Lets what an event source mapping feeds read, or keeps it from reading. Repeated for a minute, not caught. */
export function switchEventSource(
  scope: Construct,
  id: string,
  source: IEventSourceMapping,
  enabled: boolean,
): tasks.CallAwsService {
  const arn = Stack.of(scope).formatArn({
    service: 'lambda',
    resource: `event-source-mapping:${source.eventSourceMappingId}`,
  });
  const task = tasks.CallAwsService.jsonata(scope, id, {
    service: 'lambda',
    action: 'updateEventSourceMapping',
    parameters: { Uuid: source.eventSourceMappingId, Enabled: enabled },
    iamResources: [arn],
    outputs: {},
  });
  retryQuickly(task);
  return task;
}

/** What people are told: texts, or expressions that give one. */
export interface TopicNotice {
  /** At most 100 characters, which is what SNS takes. */
  readonly subject: string;
  readonly text: string;
}

/** Tells every topic, by a state `<id>1`, `<id>2`, … for each; on to `next` in any case. */
export function tellTopics(
  scope: Construct,
  id: string,
  topics: readonly ITopic[],
  { subject, text }: TopicNotice,
  next: sfn.IChainable,
): sfn.IChainable {
  return topics.reduceRight<sfn.IChainable>((following, topic, index) => {
    const task = tasks.SnsPublish.jsonata(scope, `${id}${index + 1}`, {
      topic,
      subject,
      message: sfn.TaskInput.fromText(text),
      outputs: {},
    });
    retryQuickly(task);
    task.addCatch(following, { errors: ['States.ALL'] });
    task.next(following);
    return task;
  }, next);
}
