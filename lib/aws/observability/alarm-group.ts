import { Stack } from 'aws-cdk-lib';
import type { Alarm, IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/**
 * Alarms that tell the same people. Alarms that reach nobody are worse than none: without a topic or an action,
 * synthesis fails, unless they are not to tell anybody.
 */
export abstract class AlarmGroup extends Construct {
  /** Every alarm of the group. */
  abstract readonly all: Alarm[];

  private readonly told: ITopic[] = [];
  private readonly followers: AlarmGroup[] = [];
  private hasAction = false;

  /** @param actionsEnabled whether the alarms tell anybody */
  constructor(
    scope: Construct,
    id: string,
    protected readonly actionsEnabled: boolean,
  ) {
    super(scope, id);
    this.node.addValidation({
      validate: () =>
        this.hasAction || !this.actionsEnabled || this.all.length === 0
          ? []
          : [reachesNobody(this.node.path)],
    });
  }

  /**
   * Tells a topic when an alarm starts and when it ends. CloudWatch is allowed to publish to the topic and to use
   * its key, as far as both belong to this app; the owner of an imported topic adds the same two statements.
   */
  notify(topic: ITopic): void {
    if (this.told.includes(topic)) return;
    this.told.push(topic);
    allowAlarms(topic);
    this.addAction(new SnsAction(topic));
  }

  /**
   * From now on, tells whoever is told of this group of another one's alarms as well.
   * @internal
   */
  public _include(follower: AlarmGroup): void {
    this.followers.push(follower);
  }

  /** Adds an action of your own, for the start and the end of every alarm. */
  addAction(action: IAlarmAction): void {
    this.hasAction = true;
    for (const alarm of this.all) {
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
    for (const follower of this.followers) follower.addAction(action);
  }
}

function reachesNobody(path: string): string {
  return (
    `The alarms of "${path}" reach nobody. Call notify(topic) or addAction(action), pass topics, ` +
    'or set actionsEnabled: false to say that nobody is to be told.'
  );
}

/** A topic with any policy of its own has lost the default one, and an encrypted one needs its key: both are easily missed. */
function allowAlarms(topic: ITopic): void {
  const cloudwatch = new iam.ServicePrincipal('cloudwatch.amazonaws.com');
  const conditions = { StringEquals: { 'aws:SourceAccount': Stack.of(topic).account } };
  topic.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [cloudwatch],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions,
    }),
  );
  topic.masterKey?.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [cloudwatch],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
      conditions,
    }),
  );
}
