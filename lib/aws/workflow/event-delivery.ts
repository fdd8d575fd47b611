import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { DeadLetterQueue } from '../processing/dead-letter-queue';
import { acknowledge, complianceRules } from '../suppressions';

/** Queue for events that rules could not deliver for a day. EventBridge writes to it by itself, and needs its key. */
export function undeliveredEvents(scope: Construct, encryptionKey: IKey): IQueue {
  allowEvents(scope, encryptionKey);
  return new DeadLetterQueue(scope, 'DeadLetters', { encryptionKey }).queue;
}

/** Lets the rules of the account use a key. */
export function allowEvents(scope: Construct, key: IKey | undefined): void {
  key?.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'RulesOfThisAccount',
      principals: [new iam.ServicePrincipal('events.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  );
}

/** Role that rules start state machines, or call web services, in. */
export function eventsRole(scope: Construct, id: string): iam.Role {
  const role = new iam.Role(scope, id, { assumedBy: new iam.ServicePrincipal('events.amazonaws.com') });
  acknowledge(
    role,
    complianceRules('IAMNoInlinePolicy'),
    'The policy is written by grants for this one role and is deleted with it; shared managed policies would widen it.',
  );
  return role;
}
