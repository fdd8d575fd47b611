import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import {
  AwsSolutionsChecks,
  HIPAASecurityChecks,
  type NagPack,
  NIST80053R5Checks,
  PCIDSS321Checks,
} from 'cdk-nag';
import { LakeCatalog, LakeTable } from '../../lib/aws/catalog';
import { MedallionLake, ZoneBucket } from '../../lib/aws/storage';
import { IngestStream } from '../../lib/aws/streams';
import { acknowledge } from '../../lib/aws/suppressions';
import { DataContract, Zone } from '../../lib/contract';
import { role } from './statements';

const PACKS: [string, new (scope: App) => NagPack][] = [
  ['AwsSolutions', AwsSolutionsChecks],
  ['HIPAA', HIPAASecurityChecks],
  ['NIST 800-53 R5', NIST80053R5Checks],
  ['PCI DSS', PCIDSS321Checks],
];

function findings(app: App, Pack: new (scope: App) => NagPack): string[] {
  return new Pack(app)
    .validateScope(app)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
    );
}

const contract = DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema:
  - name: Orders
    properties: [{ name: id, logicalType: integer, required: true }]
`);

function storageStreamsAndCatalog(env?: { account: string; region: string }) {
  const app = new App();
  const stack = new Stack(app, 'Stack', { env });
  const lake = new MedallionLake(stack, 'Lake', { extraZones: { features: {} } });
  const stream = new IngestStream(stack, 'Events');
  new ZoneBucket(stack, 'Alone', { appendOnly: true });
  const catalog = LakeCatalog.of(lake);
  const tables = Object.values(Zone).map(
    (zone) => new LakeTable(stack, `Orders-${zone}`, { contract, catalog, zone }),
  );
  const writer = role(stack, 'Writer');
  stream.grantRead(writer);
  stream.grantWrite(writer);
  for (const table of tables) table.grantMaintenance(writer);
  // The inline policy is the test's own, made by grants.
  acknowledge(
    writer,
    ['HIPAA.Security', 'NIST.800.53.R5', 'PCI.DSS.321'].map((pack) => `${pack}-IAMNoInlinePolicy`),
    'test',
  );
  return { app, stack, writer };
}

describe.each(PACKS)('%s', (_, Pack) => {
  test('is clean, in an environment known or not', () => {
    expect(findings(storageStreamsAndCatalog().app, Pack)).toEqual([]);
    expect(
      findings(storageStreamsAndCatalog({ account: '111122223333', region: 'eu-west-1' }).app, Pack),
    ).toEqual([]);
  });
});

test('a wildcard nobody gave a reason for is still found', () => {
  const { app, writer } = storageStreamsAndCatalog();
  writer.addToPolicy(
    new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::another-bucket/*'] }),
  );
  expect(findings(app, AwsSolutionsChecks)).toEqual([
    'AwsSolutions-IAM5[Resource::arn:aws:s3:::another-bucket/*] Stack/Writer/DefaultPolicy/Resource',
  ]);
});

test('a bucket of the user’s own beside ours is still found', () => {
  const { app, stack } = storageStreamsAndCatalog();
  new s3.Bucket(stack, 'Careless');
  expect(findings(app, HIPAASecurityChecks).some((finding) => finding.includes('Stack/Careless'))).toBe(true);
});

test('every acknowledgement has a reason of a sentence', () => {
  const { app } = storageStreamsAndCatalog();
  const reasons = app.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === 'aws:cdk:acknowledged-rules')
    .flatMap(({ data }) => Object.values(data as Record<string, string>))
    .filter((reason) => reason !== 'test');
  expect(reasons.length).toBeGreaterThan(10);
  for (const reason of reasons) expect(reason).toMatch(/^[A-Za-z].{30,}\.$/s);
});
