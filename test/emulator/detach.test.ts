import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { detachUnsupported, readDetached } from '../../lib/local/emulator/detach';
import { MOTO_SUPPORTED_TYPES } from '../../lib/local/emulator/supported-types';

const template = {
  Parameters: { BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>' }, Stage: { Type: 'String' } },
  Rules: { CheckBootstrapVersion: { Assertions: [] } },
  Resources: {
    Bucket: { Type: 'AWS::S3::Bucket', Properties: {} },
    Database: { Type: 'AWS::Glue::Database', Properties: { DatabaseInput: { Name: 'lake_bronze' } } },
    Table: { Type: 'Custom::LakehouseIcebergTable', Properties: { Location: { Ref: 'Bucket' } } },
    Mapping: { Type: 'AWS::Lambda::EventSourceMapping', Properties: {} },
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Environment: {
          Variables: {
            TABLE: { 'Fn::Join': ['', ['glue://', { Ref: 'Database' }, '/orders']] },
            SUB: { 'Fn::Sub': '${Database}-${Table.Arn}-${Bucket.Arn}-${AWS::Region}' },
            BUCKET: { Ref: 'Bucket' },
          },
        },
      },
      DependsOn: ['Table', 'Bucket'],
    },
    Topic: { Type: 'AWS::SNS::Topic', DependsOn: 'Table' },
    Commits: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } as { QueueName?: string } },
  },
  Outputs: { TableArn: { Value: { 'Fn::GetAtt': ['Table', 'Arn'] } } },
};

function detach() {
  const root = mkdtempSync(join(tmpdir(), 'detach-'));
  const [assembly, out] = [join(root, 'cdk.out'), join(root, 'emulator')];
  mkdirSync(assembly);
  writeFileSync(join(assembly, 'Lake.template.json'), JSON.stringify(template));
  const result = detachUnsupported({
    assembly,
    out,
    supported: MOTO_SUPPORTED_TYPES,
    account: '123456789012',
    region: 'eu-west-1',
  });
  return {
    assembly,
    out,
    result,
    written: JSON.parse(readFileSync(join(out, 'Lake.template.json'), 'utf8')) as typeof template,
  };
}

test('takes out what the emulator does not know, and event source mappings, which the emulator run polls itself', () => {
  const { result, written } = detach();
  expect(result).toEqual([
    {
      stack: 'Lake',
      kept: 4,
      detached: {
        Database: 'AWS::Glue::Database',
        Table: 'Custom::LakehouseIcebergTable',
        Mapping: 'AWS::Lambda::EventSourceMapping',
      },
    },
  ]);
  expect(Object.keys(written.Resources)).toEqual(['Bucket', 'Function', 'Topic', 'Commits']);
});

test('references to what was taken out become the names and ARNs they would have given', () => {
  const { written } = detach();
  const { TABLE, SUB, BUCKET } = written.Resources.Function.Properties.Environment.Variables;
  expect(TABLE).toEqual({ 'Fn::Join': ['', ['glue://', 'lake_bronze', '/orders']] });
  expect(SUB).toEqual({
    'Fn::Sub':
      'lake_bronze-arn:aws:custom:eu-west-1:123456789012:lakehouseicebergtable/lake-table-${Bucket.Arn}-${AWS::Region}',
  });
  expect(BUCKET).toEqual({ Ref: 'Bucket' });
  expect(written.Outputs.TableArn.Value).toBe(
    'arn:aws:custom:eu-west-1:123456789012:lakehouseicebergtable/lake-table',
  );
});

test('dependencies on what was taken out go with it, the others stay', () => {
  const { written } = detach();
  expect(written.Resources.Function.DependsOn).toEqual(['Bucket']);
  expect(written.Resources.Topic).not.toHaveProperty('DependsOn');
});

test('the resources taken out are kept beside the template, and the assembly is left as it was', () => {
  const { assembly, out } = detach();
  expect(readDetached(out, 'Lake').Table).toEqual(template.Resources.Table);
  expect(readDetached(out, 'Absent')).toEqual({});
  expect(JSON.parse(readFileSync(join(assembly, 'Lake.template.json'), 'utf8'))).toEqual(template);
});

test('the check of the bootstrap version goes: moto cannot update a stack that has it', () => {
  const { written } = detach();
  expect(Object.keys(written.Parameters)).toEqual(['Stage']);
  expect(written.Rules).toEqual({});
});

test('FIFO queues get names moto takes', () => {
  expect(detach().written.Resources.Commits.Properties.QueueName).toBe('Lake-Commits.fifo');
});
