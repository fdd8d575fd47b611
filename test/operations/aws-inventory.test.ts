import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { CreateDatabaseCommand, CreateTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { orphans } from '../../bin/orphans-command';
import { optional } from '../skip';
import { MOTO, type Moto, startMoto } from '../stores/moto';

const region = 'eu-central-1';

optional(MOTO)('lakehouse orphans, against an AWS emulator', () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
    const place = { endpoint: moto.endpoint, region };
    const s3 = new S3Client({ ...place, forcePathStyle: true });
    await s3.send(
      new CreateBucketCommand({ Bucket: 'lake', CreateBucketConfiguration: { LocationConstraint: region } }),
    );
    for (const Key of ['orders/metadata/v1.json', 'left/data/a.parquet']) {
      await s3.send(new PutObjectCommand({ Bucket: 'lake', Key, Body: 'x' }));
    }
    const glue = new GlueClient(place);
    await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'sales' } }));
    for (const Name of ['orders', 'gone']) {
      await glue.send(
        new CreateTableCommand({
          DatabaseName: 'sales',
          TableInput: { Name, StorageDescriptor: { Location: `s3://lake/${Name}` } },
        }),
      );
    }
    const sqs = new SQSClient(place);
    await sqs.send(new CreateQueueCommand({ QueueName: 'untagged' }));
    await sqs.send(new CreateQueueCommand({ QueueName: 'left', tags: { DataProduct: 'orders' } }));
    const stacks = new CloudFormationClient(place);
    const group = { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/aws/lambda/old' } };
    const TemplateBody = JSON.stringify({ Resources: { Logs: group } });
    await stacks.send(new CreateStackCommand({ StackName: 'Logs', TemplateBody }));
  });
  afterAll(() => moto?.stop());

  it('tells of what is left, and of nothing that is in use', async () => {
    let output = '';
    const written = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      output += String(text);
      return true;
    });
    await orphans(['--region', region, '--endpoint', moto.endpoint]).finally(() => written.mockRestore());
    expect(output.split('\n')).toEqual([
      'queue: arn:aws:sqs:eu-central-1:123456789012:left',
      '  no stack has made it; DataProduct is orders; 0.00 US$ a month',
      'log group: log-group:/aws/lambda/old',
      '  there is no function old; 0.00 US$ a month',
      'table: sales.gone',
      '  nothing is at s3://lake/gone; 0.00 US$ a month',
      'folder: s3://lake/left/',
      '  no table of the catalog is there; 0.00 US$ a month',
      '',
      'Together at least 0.00 US$ a month. Nothing was changed.',
      '',
    ]);
  });

  it.each([
    [
      ['--endpoint', 'nowhere'],
      '--endpoint is "nowhere". Allowed: a URL, for example http://127.0.0.1:5000.',
    ],
    [['--no'], "Unknown option '--no'"],
  ])('refuses %p', async (args, message) => {
    await expect(orphans(['--region', region, ...args])).rejects.toThrow(message);
  });
});
