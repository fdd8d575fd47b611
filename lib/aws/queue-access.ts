import { Annotations, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IConstruct } from 'constructs';

/** What SQS asks of the key of a queue for whoever sends to it. */
const SENDERS_KEY_ACTIONS = ['kms:Decrypt', 'kms:GenerateDataKey'];

/** Lets a principal send to a queue and use its key; the grant of aws-cdk-lib brings wildcards in the key's actions. */
export function grantSend(queue: IQueue, grantee: iam.IGrantable): iam.Grant {
  const grant = queue.grant(grantee, 'sqs:SendMessage');
  const key = queue.encryptionMasterKey;
  return key === undefined ? grant : grant.combine(key.grant(grantee, ...SENDERS_KEY_ACTIONS));
}

/**
 * Lets the rules of EventBridge in this account send to an encrypted queue. The rule cannot be named in the key's
 * policy: the key would need the rule, the rule the queue, the queue the key.
 *
 * An event that EventBridge may not encrypt is dropped without a word, so that a key whose policy is not in this app
 * gets a warning with the statement its owner has to add.
 */
export function allowEvents(scope: IConstruct, queue: IQueue, key: IKey): void {
  const { account } = Stack.of(scope);
  const events = new iam.ServicePrincipal('events.amazonaws.com');
  const conditions = { StringEquals: { 'aws:SourceAccount': account } };
  queue.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'RulesOfThisAccount',
      principals: [events],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions,
    }),
  );
  const { statementAdded } = key.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'RulesOfThisAccount',
      principals: [events],
      actions: SENDERS_KEY_ACTIONS,
      resources: ['*'],
      conditions,
    }),
  );
  if (statementAdded) return;
  Annotations.of(scope).addWarningV2(
    'lakehouse-constructs:keyPolicyForEvents',
    `The policy of the key "${key.node.path}" is not in this app. Without a statement that allows events.amazonaws.com ` +
      `${SENDERS_KEY_ACTIONS.join(' and ')}, with aws:SourceAccount as its condition, no commit reaches the queue ` +
      `"${queue.node.path}". Add it, then acknowledge this warning.`,
  );
}
