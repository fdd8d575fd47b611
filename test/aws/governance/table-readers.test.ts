import { App, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { DataContract, LakeCatalog, LakeTable, MedallionLake, Zone } from '../../../lib/aws';
import { iamStatements } from '../../../lib/testing';

const contractOf = (table: string): DataContract =>
  DataContract.fromString(
    `{ apiVersion: v3.1.0, kind: DataContract, id: ${table}, name: ${table}, version: 1.0.0, status: active, schema: [{ name: ${table}, properties: [{ name: id, logicalType: string, required: true }] }] }`,
    { fileName: `${table}.odcs.yaml` },
  );

test('who may read the tables of marketing reads these, and nothing of another table in the same buckets', () => {
  const stack = new Stack(new App(), 'Test');
  const catalog = LakeCatalog.of(new MedallionLake(stack, 'Lake'));
  const tables = ['campaigns', 'leads', 'payments'].map(
    (name) => new LakeTable(stack, name, { contract: contractOf(name), catalog, zone: Zone.GOLD }),
  );
  const analyst = new Role(stack, 'Analyst', { assumedBy: new ServicePrincipal('glue.amazonaws.com') });
  for (const table of tables.slice(0, 2)) table.grantRead(analyst);

  const granted = iamStatements(stack).filter(
    ({ type, logicalId }) => type === 'AWS::IAM::Policy' && logicalId.startsWith('Analyst'),
  );
  expect([...new Set(granted.flatMap(({ actions }) => actions))].sort()).toEqual([
    'glue:GetDatabase',
    'glue:GetTable',
    'kms:Decrypt',
    's3:GetBucketLocation',
    's3:GetObject',
    's3:ListBucket',
  ]);
  const placesOf = (action: string): string[] =>
    granted.flatMap(({ actions, resources }) => (actions.includes(action) ? resources : []));
  expect(placesOf('s3:GetObject').map((one) => one.replace(/^<.*>/, ''))).toEqual([
    '/campaigns/*',
    '/leads/*',
  ]);
  const found = placesOf('glue:GetTable').flatMap((one) => /:table\/.+\/(\w+)$/.exec(one)?.[1] ?? []);
  expect(found.sort()).toEqual(['campaigns', 'leads']);
  const listed = granted.filter(({ actions }) => actions.includes('s3:ListBucket'));
  for (const { conditions } of listed) expect(conditions.join()).toMatch(/s3:prefix = \[(campaigns|leads)/);
  expect(JSON.stringify(granted)).not.toContain('payments');
});
