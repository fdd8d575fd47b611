import { DataContract } from '../../../lib/contract';
import { ownershipTags } from '../../../lib/aws/product/ownership-tags';
import { classificationsOf } from '../../../lib/contract/table-facts';

function contractWith(lines: string): DataContract {
  return DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: c1
version: 1.0.0
status: active
schema:
  - name: readings
    properties:
      - { name: id, logicalType: string }
${lines}`);
}

const tagsOf = (contract: DataContract): Record<string, string> => ownershipTags(contract, contract.schema());

test('a contract that says nothing of its owner makes one tag', () => {
  expect(tagsOf(contractWith(''))).toEqual({ DataProduct: 'readings' });
});

test('a team without a name is spoken for by its owner, unless they left', () => {
  expect(
    tagsOf(
      contractWith(
        "team: { members: [{ username: bo, role: owner, dateOut: '2024-01-01' }, { username: cy, role: Owner }] }",
      ),
    ).DataOwner,
  ).toBe('cy');
});

test('values are kept within what AWS takes', () => {
  const contract = contractWith(`dataProduct: "Messwerte (Köln) #1 ${'x'.repeat(300)}"`);
  const { DataProduct } = tagsOf(contract);
  expect(DataProduct).toMatch(/^Messwerte _Köln_ _1 x+$/);
  expect(DataProduct).toHaveLength(256);
});

test('classifications are found at any depth', () => {
  const contract = DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: c1
version: 1.0.0
status: active
schema:
  - name: people
    properties:
      - { name: id, logicalType: string, classification: public }
      - name: phones
        logicalType: array
        items:
          logicalType: object
          properties: [{ name: number, logicalType: string, classification: restricted }]
`);
  expect(classificationsOf(contract.schema())).toEqual(['public', 'restricted']);
});
