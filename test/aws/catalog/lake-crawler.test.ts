import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { LakeCrawler, type LakeCrawlerProps } from '../../../lib/aws/catalog';
import { ZoneBucket } from '../../../lib/aws/storage';
import { nagFindings } from '../../../lib/testing';

function crawled(props: (zone: ZoneBucket) => Partial<LakeCrawlerProps>): { stack: Stack; crawler: any } {
  const stack = new Stack(new App(), 'Test');
  const zone = new ZoneBucket(stack, 'Landing');
  new LakeCrawler(stack, 'Crawler', { databaseName: 'landing', ...props(zone) });
  const [crawler] = Object.values(Template.fromStack(stack).findResources('AWS::Glue::Crawler'));
  return { stack, crawler: (crawler as any).Properties };
}

test('every hour, files become tables of one database, and what has gone stays in the catalog', () => {
  const { crawler } = crawled((zone) => ({
    files: [{ zone, folder: 'clickstream/year=2025/month=03/' }],
    tablePrefix: 'raw_',
  }));
  expect(crawler).toMatchObject({
    DatabaseName: 'landing',
    TablePrefix: 'raw_',
    Schedule: { ScheduleExpression: 'cron(0 * * * ? *)' },
    SchemaChangePolicy: { UpdateBehavior: 'UPDATE_IN_DATABASE', DeleteBehavior: 'LOG' },
  });
  expect(JSON.stringify(crawler.Targets.S3Targets)).toContain('/clickstream/year=2025/month=03/');
  expect(crawler.Targets.IcebergTargets).toBeUndefined();
  expect(JSON.parse(crawler.Configuration)).toEqual({
    Version: 1,
    CrawlerOutput: { Partitions: { AddOrUpdateBehavior: 'InheritFromTable' } },
    Grouping: { TableGroupingPolicy: 'CombineCompatibleSchemas' },
  });
});

test('Iceberg tables of other engines are registered', () => {
  const { crawler } = crawled((zone) => ({
    icebergTables: [{ zone, folder: 'spark/' }],
    updateTables: false,
    schedule: 'cron(30 2 * * ? *)',
  }));
  expect(crawler.Targets.IcebergTargets).toEqual([{ MaximumTraversalDepth: 10, Paths: [expect.anything()] }]);
  expect(crawler.SchemaChangePolicy.UpdateBehavior).toBe('LOG');
});

test('its logs are encrypted, it reads its folders and writes its database', () => {
  const { stack } = crawled((zone) => ({ files: [{ zone, folder: 'raw/' }] }));
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Glue::SecurityConfiguration', {
    EncryptionConfiguration: { CloudWatchEncryption: { CloudWatchEncryptionMode: 'SSE-KMS' } },
  });
  const policies = JSON.stringify(template.findResources('AWS::IAM::Policy'));
  expect(policies).toContain(':table/landing/*');
  expect(policies).toContain('/raw/*');
  expect(policies).not.toMatch(/"(glue|s3|logs):\*"|glue:Delete/);
  expect(nagFindings(stack).map(({ rule, path }) => `${rule} ${path}`)).toEqual([]);
});

test.each<[Partial<LakeCrawlerProps>, string]>([
  [{}, 'A crawler needs at least one folder'],
  [{ schedule: 'rate(1 hour)' }, 'schedule is "rate(1 hour)". Glue takes cron('],
])('refused: %#', (props, message) => {
  const folders = props.schedule === undefined ? {} : { icebergTables: [] };
  expect(() =>
    crawled((zone) => ({
      ...(props.schedule && { files: [{ zone, folder: 'raw/' }] }),
      ...folders,
      ...props,
    })),
  ).toThrow(message);
});
