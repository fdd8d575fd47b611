import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ShopGold } from '../../examples/gold/transforms';
import { MedallionLake } from '../../lib/aws';

test('the gold tables of the shop bind against their contracts, and share one workgroup', () => {
  const stack = new Stack(new App(), 'Shop');
  const { transforms } = new ShopGold(stack, new MedallionLake(stack, 'Lake'));
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::Athena::WorkGroup', 1);
  template.hasResourceProperties('AWS::Glue::Job', {
    WorkerType: 'G.1X',
    NumberOfWorkers: 2,
    DefaultArguments: Match.objectLike({ '--datalake-formats': 'iceberg' }),
  });
  template.resourceCountIs('AWS::Lambda::EventSourceMapping', transforms.size);
  const schedules = Object.values(template.findResources('AWS::Scheduler::Schedule'));
  expect(schedules.map(({ Properties }) => Properties.ScheduleExpression).sort()).toEqual([
    'cron(0 * * * ? *)',
    'cron(0 0 * * ? *)',
    'cron(0 2 * * ? *)',
    'cron(30 2 * * ? *)',
  ]);
});
