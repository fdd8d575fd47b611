import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { lakehouseMatchers } from '../../lib/testing';
import { before, resourcesOf } from '../aws/governance/lake-formation/template-graph';

expect.extend(lakehouseMatchers);

let customers: Stack;
let partner: Stack;

beforeAll(() => {
  process.env.CDK_OUTDIR = mkdtempSync(join(tmpdir(), 'governed-lake-'));
  try {
    const { app } = require('../../examples/governed-lake/app') as { app: App };
    [customers, partner] = app.node.children as Stack[];
  } finally {
    delete process.env.CDK_OUTDIR;
  }
});

test('analysts see no confidential column, and marketing the members of the loyalty programme', () => {
  const template = Template.fromStack(customers);
  const shown = resourcesOf(template, 'AWS::LakeFormation::PrincipalPermissions').flatMap(
    ([, { Properties }]) => {
      const filter = Properties.Resource.DataCellsFilter;
      if (filter === undefined) return [];
      const [[, content]] = resourcesOf(template, 'AWS::LakeFormation::DataCellsFilter').filter(
        ([, one]) => one.Properties.Name === filter.Name,
      );
      const identifier = Properties.Principal.DataLakePrincipalIdentifier;
      const who = identifier['Fn::GetAtt']?.[0].replace(/[0-9A-F]{8}$/, '') ?? identifier;
      return [[who, content.Properties.ColumnNames.join(' '), content.Properties.RowFilter]];
    },
  );
  expect(shown).toEqual([
    ['444455556666', 'country', { AllRowsWildcard: {} }],
    [
      'Analysts',
      'customer_id country loyalty_tier loyalty_points _lane _position _arrived_at',
      { AllRowsWildcard: {} },
    ],
    [
      'Marketing',
      'customer_id email loyalty_tier loyalty_points',
      { FilterExpression: "loyalty_tier IN ('silver', 'gold')" },
    ],
  ]);
});

test('neither stack waits for the other, and nothing in them for itself', () => {
  expect([...customers.dependencies, ...partner.dependencies]).toEqual([]);
  expect(() => [customers, partner].map((stack) => before(Template.fromStack(stack)))).not.toThrow();
});

test('the four packs find nothing that is not explained', () => {
  expect(customers).toHaveNoNagFindings();
  expect(partner).toHaveNoNagFindings();
});
