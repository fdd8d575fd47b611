import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { CostWatch, type CostWatchProps } from '../../../lib/aws/governance';

function watched(props: Partial<CostWatchProps> = {}): Template {
  const stack = new Stack(new App(), 'Test');
  const topic = new sns.Topic(stack, 'Alarms', { masterKey: new kms.Key(stack, 'Key') });
  new CostWatch(stack, 'Cost', { monthlyLimit: 500, tagValue: 'orders', topic, ...props });
  return Template.fromStack(stack);
}

test('a budget by the product’s tag tells at 80, 100 and 120 percent, and of a forecast above the limit', () => {
  const template = watched();
  const [budget] = Object.values(template.findResources('AWS::Budgets::Budget')).map(
    (one: any) => one.Properties,
  );
  expect(budget.Budget).toMatchObject({
    BudgetType: 'COST',
    TimeUnit: 'MONTHLY',
    BudgetLimit: { Amount: 500, Unit: 'USD' },
    CostFilters: { TagKeyValue: ['user:DataProduct$orders'] },
  });
  const told = budget.NotificationsWithSubscribers.map(({ Notification }: any) => [
    Notification.NotificationType,
    Notification.Threshold,
  ]);
  expect(told).toEqual([
    ['ACTUAL', 80],
    ['ACTUAL', 100],
    ['ACTUAL', 120],
    ['FORECASTED', 100],
  ]);
});

test('spending 20 % above the usual is told at once', () => {
  const template = watched();
  template.hasResourceProperties('AWS::CE::AnomalyMonitor', {
    MonitorSpecification: JSON.stringify({ Tags: { Key: 'DataProduct', Values: ['orders'] } }),
  });
  template.hasResourceProperties('AWS::CE::AnomalySubscription', {
    Frequency: 'IMMEDIATE',
    ThresholdExpression: Match.stringLikeRegexp('ANOMALY_TOTAL_IMPACT_PERCENTAGE.*"20"'),
  });
});

test('both services may publish to the topic and use its key', () => {
  const template = watched();
  for (const type of ['AWS::SNS::TopicPolicy', 'AWS::KMS::Key']) {
    const text = JSON.stringify(template.findResources(type));
    expect(text).toContain('budgets.amazonaws.com');
    expect(text).toContain('costalerts.amazonaws.com');
  }
});

test.each<[Partial<CostWatchProps>, string]>([
  [{ monthlyLimit: 0 }, 'monthlyLimit must be above 0 US dollars. Received 0.'],
  [{ thresholds: [0] }, 'A threshold must be between 0.1 and'],
  [{ thresholds: Array.from({ length: 10 }, (_, i) => i + 1) }, 'thresholds has 10 entries'],
])('refused: %#', (props, message) => {
  expect(() => watched(props)).toThrow(message);
});
