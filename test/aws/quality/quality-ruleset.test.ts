import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { LakeCatalog, LakeTable, type ILakeTable } from '../../../lib/aws/catalog';
import { QualityRuleset, type QualityRulesetProps } from '../../../lib/aws/quality';
import { MedallionLake, ZoneBucket } from '../../../lib/aws/storage';
import { DataContract, Zone } from '../../../lib/contract';
import { lakehouseMatchers } from '../../../lib/testing';
import { allowedStatements, role } from '../statements';

expect.extend(lakehouseMatchers);

const orders = (quality = '{ metric: rowCount, mustBeBetween: [1, 10] }', property = '') =>
  DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.2.0
status: active
schema:
  - name: Orders
    quality: [${quality}]
    properties:
      - { name: id, logicalType: integer, quality: [${property}] }
`);

function synth(props: Partial<QualityRulesetProps> = {}) {
  const stack = new Stack(new App(), 'Stack');
  const catalog = new LakeCatalog(stack, 'Catalog', {
    lake: new MedallionLake(stack, 'Lake'),
    name: 'sales',
  });
  const contract = props.contract ?? orders();
  const table = new LakeTable(stack, 'Orders', { contract, catalog, zone: Zone.BRONZE });
  const ruleset = new QualityRuleset(stack, 'Quality', { contract, table, ...props });
  return { stack, table, ruleset };
}

it('is the contract’s rules on the table, made after it', () => {
  const { stack } = synth({ contract: orders(undefined, '{ metric: nullValues, mustBe: 0 }') });
  const [resource] = Object.values(Template.fromStack(stack).findResources('AWS::Glue::DataQualityRuleset'));
  expect(resource.Properties).toEqual({
    Name: expect.stringMatching(/^Stack-?Quality/),
    Description: 'Quality rules of Orders, contract orders 1.2.0',
    Ruleset: 'Rules = [\n    (RowCount >= 1) and (RowCount <= 10),\n    IsComplete "id"\n]',
    TargetTable: { DatabaseName: 'sales_bronze', TableName: 'orders' },
  });
  expect(resource.DependsOn).toEqual([expect.stringMatching(/^Orders/)]);
});

it('takes a table that is there already, and a name', () => {
  const stack = new Stack(new App(), 'Stack');
  const zoneBucket = new ZoneBucket(stack, 'Zone');
  const table: ILakeTable = LakeTable.fromTableAttributes(stack, 'Table', {
    databaseName: 'owned',
    tableName: 'orders',
    zoneBucket,
  });
  new QualityRuleset(stack, 'Quality', { contract: orders(), table, rulesetName: 'orders-quality' });
  Template.fromStack(stack).hasResourceProperties('AWS::Glue::DataQualityRuleset', {
    Name: 'orders-quality',
    TargetTable: { DatabaseName: 'owned', TableName: 'orders' },
  });
});

it('lists what Glue cannot say, also when the stack is synthesized', () => {
  const contract = orders('{ metric: rowCount, mustBe: 1 }, { id: prose, type: text, description: By hand }');
  const { stack, ruleset } = synth({ contract });
  expect(ruleset.omittedRules).toEqual([{ rule: 'prose', reason: 'it is prose, for people to check' }]);
  Annotations.fromStack(stack).hasInfo(
    '/Stack/Quality',
    Match.stringLikeRegexp('prose is not in the Glue ruleset'),
  );
});

it('lets a role evaluate this ruleset and no other, and follow runs', () => {
  const { stack, ruleset } = synth();
  ruleset.grantEvaluate(role(stack, 'Scheduler'));
  const statements = allowedStatements(Template.fromStack(stack), 'Scheduler');
  const rulesets = 'arn:<AWS::Partition>:glue:<AWS::Region>:<AWS::AccountId>:dataQualityRuleset';
  expect(statements.map(({ actions, resources }) => [actions, resources])).toEqual([
    [
      [
        'glue:GetDataQualityRuleset',
        'glue:StartDataQualityRulesetEvaluationRun',
        'glue:GetDataQualityResult',
      ],
      [`${rulesets}/${ruleset.rulesetName}`],
    ],
    [
      ['glue:GetDataQualityRulesetEvaluationRun', 'glue:CancelDataQualityRulesetEvaluationRun'],
      [`${rulesets}/*`],
    ],
  ]);
});

it.each([
  [{ contract: orders('') }, 'has no quality rule that a Glue ruleset can hold. Add one under "quality".'],
  [
    { contract: orders('{ type: text, description: By hand }') },
    'Left out: text (it is prose, for people to check).',
  ],
  [
    {
      contract: orders(
        `{ type: sql, mustBe: 0, query: "SELECT count(*) FROM {object} WHERE id IN (${'1234567, '.repeat(9000)}0)" }`,
      ),
    },
    'Glue takes 65536',
  ],
  [{ rulesetName: '' }, 'rulesetName must have 1 to 255 characters. Received 0.'],
  [{ schemaName: 'Customers' }, 'has no schema object "Customers"'],
])('refuses what Glue would refuse later: %#', (props, message) => {
  expect(() => synth(props)).toThrow(message);
});

it('has no nag finding', () => {
  const { stack } = synth();
  expect(stack).toHaveNoNagFindings();
});
