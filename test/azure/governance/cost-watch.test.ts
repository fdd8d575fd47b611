import { TerraformVariable } from 'cdktf';
import { CostWatch, type CostWatchProps } from '../../../lib/azure/governance/cost-watch';
import { azureStack, groupOf, onlyOf } from '../stack';

function watchWith(props: Partial<CostWatchProps> = {}, inGroup = true) {
  const stack = azureStack();
  new CostWatch(stack, 'Cost', {
    tagValue: 'orders',
    monthlyLimit: 500,
    actionGroup: { id: '/operators' },
    resourceGroup: inGroup ? groupOf(stack) : undefined,
    ...props,
  });
  return stack;
}

test('a budget by the product’s tag tells at 80, 100 and 120 percent, and when the limit will be passed', () => {
  const budget = onlyOf(watchWith(), 'consumption_budget_resource_group');
  expect(budget).toMatchObject({
    name: 'DataProduct-orders',
    amount: 500,
    time_grain: 'Monthly',
    filter: { tag: [{ name: 'DataProduct', values: ['orders'] }] },
  });
  expect(
    budget.notification.map(({ threshold, threshold_type: type, contact_groups: groups }: any) => [
      threshold,
      type,
      groups[0],
    ]),
  ).toEqual([
    [80, 'Actual', '/operators'],
    [100, 'Actual', '/operators'],
    [120, 'Actual', '/operators'],
    [100, 'Forecasted', '/operators'],
  ]);
});

test('it begins in the month it is deployed in, and stays as it is, unless a month is named', () => {
  const budget = onlyOf(watchWith(), 'consumption_budget_resource_group');
  expect(budget.time_period.start_date).toBe(`\${formatdate("YYYY-MM-'01T00:00:00Z'", timestamp())}`);
  expect(budget.lifecycle).toEqual({ ignore_changes: ['time_period'] });
  const startDate = '2027-01-01T00:00:00Z';
  const named = onlyOf(watchWith({ startDate }), 'consumption_budget_resource_group');
  expect([named.time_period.start_date, named.lifecycle]).toEqual([startDate, undefined]);
});

test('it can be of the whole subscription, with Azure’s detection of what is unusual', () => {
  const stack = watchWith({ anomalyEmails: ['finance@example.com'], tagValue: 'daily revenue' }, false);
  expect(onlyOf(stack, 'consumption_budget_subscription')).toMatchObject({
    name: 'DataProduct-daily-revenue',
    subscription_id: expect.stringMatching(/^\/subscriptions\//),
  });
  expect(onlyOf(stack, 'cost_anomaly_alert')).toMatchObject({
    email_addresses: ['finance@example.com'],
    email_subject: 'Unusual spending: daily revenue',
  });
});

test.each<[Partial<CostWatchProps>, string]>([
  [{ monthlyLimit: 0 }, 'monthlyLimit must be above 0. Received 0.'],
  [
    { thresholds: [50, 80, 90, 100, 120] },
    'thresholds has 5 entries; a budget takes 4 beside the forecast. Leave some out.',
  ],
  [
    { thresholds: [1001] },
    'A threshold must be 1 to 1000 whole percent. Received 1001. 100 is the limit itself.',
  ],
  [
    { thresholds: [99.5] },
    'A threshold must be 1 to 1000 whole percent. Received 99.5. 100 is the limit itself.',
  ],
  [
    { startDate: '2027-01-15T00:00:00Z' },
    'startDate must be the first of a month. Received "2027-01-15T00:00:00Z". Write 2027-01-01T00:00:00Z.',
  ],
  [
    { anomalyEmails: [] },
    'anomalyEmails is empty, so that nobody would be told. Leave it out, or name an address.',
  ],
])('refused: %j', (props, message) => {
  expect(() => watchWith(props)).toThrow(new Error(message));
});

test('a tag that only Terraform knows is in no name, and nothing is cut of it', () => {
  const stack = azureStack();
  const tagValue = new TerraformVariable(stack, 'product', { type: 'string' }).stringValue;
  const common = { monthlyLimit: 1, actionGroup: { id: '/operators' }, anomalyEmails: ['a@acme.example'] };
  new CostWatch(stack, 'Cost', { ...common, tagValue, resourceGroup: groupOf(stack) });
  expect(onlyOf(stack, 'consumption_budget_resource_group').name).toMatch(/^DataProduct-[\da-f]{8}$/);
  expect(onlyOf(stack, 'cost_anomaly_alert').email_subject).toBe('Unusual spending: ${var.product}');
});
