import { ContractError, DataContract } from '../../lib/contract';
import { refinementOf } from '../../lib/contract/refinement';
import { bronzeSchema, silverSchema, tableSchema, tombstonesSchema } from '../../lib/contract/table-schema';

function contract(customProperties: string, key = 'primaryKey: true'): DataContract {
  return DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema:
  - name: orders
    customProperties:
${customProperties}
    properties:
      - { name: id, physicalName: order_id, logicalType: string, required: true, ${key} }
      - { name: at, physicalName: ordered_at, logicalType: timestamp }
      - { name: op, logicalType: string }
      - { name: lines, logicalType: array }
`);
}

function problems(customProperties: string, key?: string): string[] {
  try {
    contract(customProperties, key);
  } catch (error) {
    return (error as ContractError).problems.map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
}

test('a schema object says by its columns how bronze becomes silver', () => {
  const schema = contract(`
      - { property: eventTime, value: at }
      - { property: deletedWhen, value: { property: op, values: [D, delete] } }`).schema();
  expect(refinementOf(schema)).toEqual({
    key: ['order_id'],
    eventTime: 'ordered_at',
    deletion: { column: 'op', values: ['D', 'delete'] },
  });
  expect(refinementOf(contract('      []').schema())).toEqual({ key: ['order_id'] });
});

test('silver has the key and the provenance of its rows, and field ids as bronze has them', () => {
  const schema = contract('      []').schema();
  const silver = silverSchema(schema);
  expect(silver.fields.map(({ name }) => name)).toEqual([
    ...tableSchema(schema).fields.map(({ name }) => name),
    ...['_lane', '_position', '_arrived_at'],
  ]);
  expect(silver.fields).toEqual(bronzeSchema(schema).fields.slice(0, -1));
  expect(silver['identifier-field-ids']).toEqual([1]);
});

test('tombstones have the key, the event time and the provenance of deletions', () => {
  const schema = contract(`
      - { property: eventTime, value: at }
      - { property: deletedWhen, value: { property: op, values: [D] } }`).schema();
  const { fields, 'identifier-field-ids': key } = tombstonesSchema(schema);
  expect(fields.map(({ id, name, required }) => [id, name, required])).toEqual([
    [1, 'order_id', true],
    [2, 'ordered_at', false],
    [3, '_lane', true],
    [4, '_position', true],
    [5, '_arrived_at', true],
  ]);
  expect(key).toEqual([1]);
});

test.each([
  ['{ property: eventTime, value: att }', 'must be the name of a property of orders.', 'Did you mean "at"?'],
  ['{ property: eventTime }', 'must be the name of a property of orders.', 'It has: id, at, op, lines.'],
  [
    '{ property: eventTime, value: op }',
    'cannot be an event time',
    'name a date, a timestamp or an integer.',
  ],
  ['{ property: deletedWhen, value: op }', 'must be { property: <name>, values: [<value>, …] }', ''],
  ['{ property: deletedWhen, value: { property: op, values: [] } }', 'with at least one text', ''],
  ['{ property: deletedWhen, value: { property: o, values: [D] } }', 'must be the name of a property', ''],
  ['{ property: deletedWhen, value: { property: at, values: [D] } }', 'cannot mark deletions', ''],
])('%s is refused', (entry, what, remedy) => {
  const found = problems(`      - ${entry}`);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(/^schema\[0\]\.customProperties\[0\]/);
  expect(found[0]).toContain(what);
  expect(found[0]).toContain(remedy);
});

test('deletions need a key', () => {
  const [problem] = problems(
    '      - { property: deletedWhen, value: { property: op, values: [D] } }',
    'primaryKey: false',
  );
  expect(problem).toContain('deletes rows by their key, and orders has none.');
});
