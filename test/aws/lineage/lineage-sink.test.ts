import fs from 'node:fs';
import path from 'node:path';
import { Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { DataProduct, type DataProductProps, LineageSink } from '../../../lib/aws';
import { bundleDirectory } from '../../../lib/aws/bundle';
import { BUNDLES } from '../../../lib/contract/handler-environment';
import { allowedStatements, role } from '../statements';
import { ordersContract, surroundings } from '../orders';
import { stageAssets } from '../../stage-assets';

stageAssets();

const SILENT = { actionsEnabled: false };

function product(make: (stack: Stack) => Partial<DataProductProps>): Template {
  const { stack, lake, source } = surroundings();
  new DataProduct(stack, 'Orders', {
    contract: ordersContract(),
    lake,
    source,
    alarms: SILENT,
    ...make(stack),
  });
  return Template.fromStack(stack);
}
const variables = (template: Template) =>
  Object.values(template.findResources('AWS::Lambda::Function'))
    .map(({ Properties }) => Properties.Environment?.Variables ?? {})
    .filter((found) => 'LAKEHOUSE_BRONZE_TABLE' in found);

test('both processors of a product tell, and may put objects below the prefix and nothing else', () => {
  const template = product((stack) => ({
    lineage: LineageSink.bucket(
      new Bucket(stack, 'Events', {
        encryption: BucketEncryption.KMS,
        encryptionKey: new Key(stack, 'EventsKey'),
      }),
      'orders/lineage',
    ),
  }));
  expect(variables(template)).toHaveLength(2);
  for (const found of variables(template)) {
    expect(found.LAKEHOUSE_LINEAGE).toEqual({
      'Fn::Join': ['', ['s3://', { Ref: expect.stringMatching(/^Events/) }, '/orders/lineage']],
    });
    const settings = JSON.parse(
      found.LAKEHOUSE_LINEAGE_SETTINGS['Fn::Join'][1]
        .map((part: any) => (typeof part === 'string' ? part : `<${part.Ref}>`))
        .join(''),
    );
    expect(settings).toEqual({
      catalog: 'arn:<AWS::Partition>:glue:<AWS::Region>:<AWS::AccountId>',
      owner: 'order-data',
    });
  }
  for (const prefix of ['OrdersProcessorRole', 'OrdersSilverProcessorRole']) {
    const allowed = allowedStatements(template, prefix).filter(({ resources }) =>
      resources.some((resource) => /^<Events/.test(resource)),
    );
    expect(allowed).toEqual([
      {
        actions: ['s3:PutObject'],
        resources: [expect.stringMatching(/^<Events\w+\.Arn>\/orders\/lineage\/\*$/)],
      },
      { actions: ['kms:GenerateDataKey'], resources: [expect.stringMatching(/^<EventsKey/)] },
    ]);
  }
});

test('nothing is told unless asked for', () => {
  for (const found of variables(product(() => ({})))) expect(found).not.toHaveProperty('LAKEHOUSE_LINEAGE');
});

test('the token of an endpoint is read at run time, by the bundle that reads secrets', () => {
  const { stack, lake, source } = surroundings();
  const secret = new Secret(stack, 'Marquez');
  new DataProduct(stack, 'Orders', {
    contract: ordersContract(),
    lake,
    source,
    alarms: SILENT,
    lineage: LineageSink.endpoint('https://marquez.example.com/api/v1/lineage', { secret, field: 'key' }),
  });
  const template = Template.fromStack(stack);
  const [found] = variables(template);
  expect(found.LAKEHOUSE_LINEAGE).toBe('https://marquez.example.com/api/v1/lineage');
  expect(JSON.stringify(found.LAKEHOUSE_LINEAGE_SETTINGS)).toContain('\\"field\\":\\"key\\"');
  expect(allowedStatements(template, 'OrdersProcessorRole')).toContainEqual({
    actions: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
    resources: [expect.stringMatching(/^<Marquez/)],
  });
  const [key] = Object.values(template.findResources('AWS::Lambda::Function'))
    .filter(({ Properties }) => Properties.Environment?.Variables.LAKEHOUSE_REJECTIONS !== undefined)
    .map(({ Properties }) => Properties.Code.S3Key);
  const asset = path.join(Stage.of(stack)!.assetOutdir, `asset.${path.basename(key, '.zip')}`);
  const shipped = bundleDirectory(BUNDLES.kinesisTransform);
  const [deployed, expected] = [asset, shipped].map((directory) =>
    fs.readFileSync(path.join(directory, 'index.mjs'), 'utf8'),
  );
  expect(deployed).toBe(expected);
});

test('a grant of its own, for whoever else tells', () => {
  const stack = new Stack();
  const sink = LineageSink.bucket(new Bucket(stack, 'Events'));
  sink.grantTell(role(stack, 'Reporter'));
  expect(allowedStatements(Template.fromStack(stack))).toEqual([
    { actions: ['s3:PutObject'], resources: [expect.stringMatching(/Events\w+\.Arn>\/lineage\/\*$/)] },
  ]);
});

test.each([
  ['/lineage', 'prefix must name a folder without a slash at either end. Received "/lineage".'],
  ['lineage/', 'Received "lineage/". Leave it out for "lineage".'],
  ['', 'Received "".'],
])('the prefix "%s" is refused', (prefix, message) => {
  expect(() => LineageSink.bucket(new Bucket(new Stack(), 'Events'), prefix)).toThrow(message);
});

test.each([
  ['http://marquez/lineage', 'must begin with https://. Received "http://marquez/lineage".'],
  ['marquez', 'must begin with https://. Received "marquez".'],
  ['https://me:pass@marquez.example.com', 'must hold no password: pass the token as a secret.'],
])('the endpoint %s is refused', (url, message) => {
  expect(() => LineageSink.endpoint(url)).toThrow(message);
});
