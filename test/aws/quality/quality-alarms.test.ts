import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as sns from 'aws-cdk-lib/aws-sns';
import { DataContract } from '../../../lib/contract';
import { QualityAlarms, type QualityAlarmsProps } from '../../../lib/aws/quality';
import { contractWith } from '../../contract/quality/tables';

const CUSTOMERS = DataContract.fromFile('examples/quality/customers.odcs.yaml');

function alarms(props: Partial<QualityAlarmsProps> = {}): {
  found: any[];
  group: QualityAlarms;
  stack: Stack;
} {
  const stack = new Stack(new App(), 'Test');
  const topics = [sns.Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-west-1:123456789012:pager')];
  const group = new QualityAlarms(stack, 'Gates', { contract: CUSTOMERS, topics, ...props });
  const found = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'));
  return { stack, group, found: found.map((resource: any) => resource.Properties) };
}

test('what halts or quarantines is watched, and the topic is told', () => {
  const { found } = alarms();
  expect(found.map(({ Dimensions }) => Dimensions[1].Value).sort()).toEqual([
    'account_status_known',
    'age_plausible',
    'customer_id_present',
    'customer_id_unique',
    'plausible_volume',
  ]);
  for (const alarm of found) {
    expect(alarm).toMatchObject({
      Namespace: 'Lakehouse',
      AlarmActions: ['arn:aws:sns:eu-west-1:123456789012:pager'],
      OKActions: ['arn:aws:sns:eu-west-1:123456789012:pager'],
      TreatMissingData: 'notBreaching',
      ComparisonOperator: 'GreaterThanThreshold',
      AlarmDescription: expect.stringMatching(/^customers: .*Runbook: .*#quality-gates$/),
    });
    expect(alarm.Dimensions[0]).toEqual({ Name: 'Product', Value: 'customers' });
  }
});

test('a null rate above 0.1 % alarms: the threshold is the rule’s', () => {
  const { found, group } = alarms({ rules: ['customer_id_null_rate'], period: Duration.hours(1) });
  expect(found).toEqual([
    expect.objectContaining({
      MetricName: 'GateSharePercent',
      Threshold: 0.1,
      Period: 3600,
      Statistic: 'Maximum',
      EvaluationPeriods: 1,
      AlarmDescription: expect.stringContaining(
        'quality gate customer_id_null_rate on customer_id counts more than 0.1 % of the rows (the rows go on)',
      ),
    }),
  ]);
  expect(group.alarm('customer_id_null_rate')).toBe(group.all[0]);
  expect(() => group.alarm('other')).toThrow(
    'does not watch the rule other. Watched: customer_id_null_rate.',
  );
});

test('any other rule is watched by whether it failed', () => {
  const { found } = alarms({ rules: ['plausible_volume', 'age_plausible'] });
  expect(found.map(({ MetricName, Threshold }) => [MetricName, Threshold])).toEqual([
    ['GateFailed', 0],
    ['GateSharePercent', 1],
  ]);
});

test.each([
  [
    { rules: ['nulls'] },
    'customers has no quality rule nulls. It has: plausible_volume, customer_id_present,',
  ],
  [
    { contract: contractWith({}) },
    'things has no quality rule to watch: none halts or quarantines. Name some in rules: none.',
  ],
  [
    { contract: contractWith({ value: ['id: prose, type: text, description: fine'] }), rules: ['prose'] },
    'Quality rule prose is never evaluated, so that it cannot fail: it is prose, for people to check.',
  ],
  [{ productName: ':a' }, 'productName must be'],
])('refused: %#', (props, message) => {
  expect(() => alarms(props)).toThrow(message);
});

test('alarms that reach nobody are refused at synthesis', () => {
  const stack = new Stack(new App(), 'Test');
  new QualityAlarms(stack, 'Gates', { contract: CUSTOMERS });
  expect(() => Template.fromStack(stack)).toThrow('The alarms of "Test/Gates" reach nobody.');
});
