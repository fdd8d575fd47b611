import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { LakeCatalog, LakeTable, TableContent } from '../../../lib/aws/catalog';
import { TableGate, type TableGateProps } from '../../../lib/aws/quality';
import { MedallionLake } from '../../../lib/aws/storage';
import { DataContract, Zone } from '../../../lib/contract';
import { iamStatements, nagFindings } from '../../../lib/testing';
import { contractWith } from '../../contract/quality/tables';

const CUSTOMERS = DataContract.fromFile('examples/quality/customers.odcs.yaml');

function gate(props: Partial<TableGateProps> = {}): { stack: Stack; construct: TableGate } {
  const stack = new Stack(new App(), 'Test');
  const catalog = new LakeCatalog(stack, 'Catalog', { lake: new MedallionLake(stack, 'Lake'), name: 'crm' });
  const contract = props.contract ?? CUSTOMERS;
  const table = new LakeTable(stack, 'Silver', { contract, catalog, zone: Zone.SILVER });
  const content = TableContent.QUALITY_RESULTS;
  const results = new LakeTable(stack, 'Results', { contract, catalog, zone: Zone.SILVER, content });
  return { stack, construct: new TableGate(stack, 'Gate', { contract, table, results, ...props }) };
}

test('the function is told its table, where results go and which workgroup to ask', () => {
  const { stack, construct } = gate();
  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: {
        LAKEHOUSE_INPUT_TABLE_0: 'glue://crm_silver/customers',
        LAKEHOUSE_QUALITY_TABLE: 'glue://crm_silver/customers_quality',
        LAKEHOUSE_SQL_ENGINE: 'athena',
        LAKEHOUSE_ATHENA_WORKGROUP: Match.anyValue(),
        LAKEHOUSE_PRODUCT: 'customers',
      },
    },
    Timeout: 900,
  });
  expect(construct.request).toEqual({ gate: 'glue://crm_silver/customers' });
});

test('it reads the table and writes results, and nothing is open to it beyond', () => {
  const { stack } = gate();
  const own = iamStatements(stack).filter(({ logicalId }) => logicalId.startsWith('GateRole'));
  const text = own.map((statement) => statement.text).join('\n');
  expect(text).toContain('athena:StartQueryExecution');
  expect(text).toContain('table/crm_silver/customers_quality');
  expect(text).not.toContain('glue:DeleteTable');
  expect(nagFindings(stack).map(({ rule, path }) => `${rule} ${path}`)).toEqual([]);
});

test.each<[Partial<TableGateProps>, string]>([
  [
    { contract: contractWith({}) },
    'things has no quality rule that can be measured. Add one under "quality".',
  ],
  [
    { contract: contractWith({ value: ['id: prose, type: text, description: fine'] }) },
    'Not measured: prose (it is prose, for people to check).',
  ],
  [{ timeout: Duration.seconds(5) }, 'timeout must be between 30 and 900 seconds. Received 5.'],
  [{ schemaName: 'other' }, 'has no schema object "other"'],
])('refused: %#', (props, message) => {
  expect(() => gate(props)).toThrow(message);
});
