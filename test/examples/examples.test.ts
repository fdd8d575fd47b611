import { mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface SynthesizedTemplate {
  readonly Resources: Record<string, { readonly Type: string }>;
}

/** Runs an example's app as it stands and reads the templates it leaves. */
function synthesize(example: string): Record<string, string[]> {
  const outdir = mkdtempSync(join(tmpdir(), `${example}-`));
  process.env.CDK_OUTDIR = outdir;
  try {
    jest.isolateModules(() => require(`../../examples/${example}/app`));
  } finally {
    delete process.env.CDK_OUTDIR;
  }
  const templates = readdirSync(outdir).filter((file) => file.endsWith('.template.json'));
  return Object.fromEntries(
    templates.map((file) => {
      const template = JSON.parse(readFileSync(join(outdir, file), 'utf8')) as SynthesizedTemplate;
      return [file.split('.')[0], Object.values(template.Resources).map(({ Type }) => Type)];
    }),
  );
}

const count = (types: string[], type: string): number => types.filter((each) => each === type).length;

test('first-stack: one contract gives buckets, stream, tables, functions and alarms', () => {
  const { Orders } = synthesize('first-stack');
  expect(count(Orders, 'AWS::S3::Bucket')).toBe(5);
  expect(count(Orders, 'AWS::Kinesis::Stream')).toBe(1);
  expect(count(Orders, 'Custom::LakehouseIcebergTable')).toBe(3);
  expect(count(Orders, 'AWS::Lambda::EventSourceMapping')).toBe(2);
  expect(count(Orders, 'AWS::CloudWatch::Alarm')).toBeGreaterThanOrEqual(7);
});

test('own-resources: what the company owns is used, not made again', () => {
  const { Platform, Orders } = synthesize('own-resources');
  expect(count(Platform, 'AWS::KMS::Key')).toBe(1);
  expect(count(Orders, 'AWS::KMS::Key')).toBe(0);
  expect(count(Orders, 'AWS::Kinesis::Stream')).toBe(0);
  expect(count(Orders, 'AWS::EC2::VPC')).toBe(0);
  expect(count(Orders, 'AWS::ECS::Service')).toBe(1);
  // gold, quarantine and the access logs; bronze and silver are the company's
  expect(count(Orders, 'AWS::S3::Bucket')).toBe(3);
});

test('nightly-files: files of two kinds, each into its product, without a stream', () => {
  const { NightlyFiles } = synthesize('nightly-files');
  expect(count(NightlyFiles, 'AWS::Kinesis::Stream')).toBe(0);
  expect(count(NightlyFiles, 'Custom::LakehouseIcebergTable')).toBe(5);
  // customers and readings by their files, silver of customers by commits
  expect(count(NightlyFiles, 'AWS::Lambda::EventSourceMapping')).toBe(3);
});

test('transform: the user’s own code, with a table it looks up', () => {
  const { PurchaseOrders } = synthesize('transform');
  expect(count(PurchaseOrders, 'AWS::DynamoDB::Table')).toBe(1);
  expect(count(PurchaseOrders, 'AWS::Lambda::EventSourceMapping')).toBe(2);
});

test('private-network: every function and task is in a network without a way out', () => {
  const { Orders } = synthesize('private-network');
  expect(count(Orders, 'AWS::EC2::VPCEndpoint')).toBe(7);
  expect(count(Orders, 'AWS::EC2::InternetGateway') + count(Orders, 'AWS::EC2::NatGateway')).toBe(0);
  expect(count(Orders, 'AWS::EC2::VPC')).toBe(1);
  expect(count(Orders, 'AWS::ECS::Service')).toBe(1);
});

test('resilience: copies, locks, archives and backups of one lake', () => {
  const { Lake, Replica } = synthesize('resilience');
  // Four zones and their access logs in each region; the archive of the stream and the models bring their own two.
  expect(count(Lake, 'AWS::Scheduler::Schedule')).toBe(3);
  expect([count(Lake, 'AWS::S3::Bucket'), count(Replica, 'AWS::S3::Bucket')]).toEqual([9, 5]);
  expect(count(Lake, 'AWS::KinesisFirehose::DeliveryStream')).toBe(1);
  expect(count(Lake, 'AWS::Backup::BackupVault')).toBe(1);
  expect(count(Lake, 'Custom::LakehouseIcebergTable')).toBeGreaterThanOrEqual(2);
});

test('failover: a product, its copy in another region, and what takes over there', () => {
  const { Standby, Primary } = synthesize('failover');
  expect(count(Standby, 'AWS::StepFunctions::StateMachine')).toBe(1);
  expect(count(Standby, 'AWS::Kinesis::Stream')).toBe(1);
  expect(count(Primary, 'AWS::S3::Bucket')).toBe(count(Standby, 'AWS::S3::Bucket'));
});

test('webhook: an address for a helpdesk, in front of the stream of a product', () => {
  const { Helpdesk } = synthesize('webhook');
  expect(count(Helpdesk, 'AWS::ApiGatewayV2::Route')).toBe(1);
  expect(count(Helpdesk, 'AWS::Kinesis::Stream')).toBe(1);
  // Named by reference, never made here.
  expect(count(Helpdesk, 'AWS::SecretsManager::Secret')).toBe(0);
});
