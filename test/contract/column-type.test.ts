import { DataContract } from '../../lib/contract';
import { bronzePartitionSpec } from '../../lib/contract/partition-spec';
import { bronzeSchema } from '../../lib/contract/table-schema';

const HEAD = 'apiVersion: v3.1.0\nkind: DataContract\nid: a\nversion: 1.0.0\nstatus: active\n';

function schemaOf(...properties: object[]) {
  return DataContract.fromString(`${HEAD}schema: ${JSON.stringify([{ name: 't', properties }])}`).schema();
}

function typeOf(property: object) {
  return bronzeSchema(schemaOf({ name: 'a', ...property })).fields[0].type;
}

test.each([
  [{}, 'string'],
  [{ logicalType: 'string' }, 'string'],
  [{ logicalType: 'integer' }, 'long'],
  [{ logicalType: 'integer', logicalTypeOptions: { format: 'i32' } }, 'int'],
  [{ logicalType: 'integer', logicalTypeOptions: { format: 'u32' } }, 'long'],
  [{ logicalType: 'integer', logicalTypeOptions: { format: 'u64' } }, 'decimal(20,0)'],
  [{ logicalType: 'number' }, 'double'],
  [{ logicalType: 'number', logicalTypeOptions: { format: 'f32' } }, 'float'],
  [{ logicalType: 'boolean' }, 'boolean'],
  [{ logicalType: 'date' }, 'date'],
  [{ logicalType: 'time' }, 'time'],
  [{ logicalType: 'timestamp' }, 'timestamptz'],
  [{ logicalType: 'timestamp', logicalTypeOptions: { timezone: false } }, 'timestamp'],
  [{ logicalType: 'object' }, 'string'],
  [{ logicalType: 'array' }, 'string'],
  [{ logicalType: 'integer', physicalType: 'INT' }, 'int'],
  [{ logicalType: 'integer', physicalType: 'bigint unsigned' }, 'decimal(20,0)'],
  [{ logicalType: 'number', physicalType: 'NUMERIC(38, 10)' }, 'decimal(38,10)'],
  [{ logicalType: 'number', physicalType: 'decimal(5)' }, 'decimal(5,0)'],
  [{ logicalType: 'number', physicalType: 'numeric' }, 'decimal(38,9)'],
  [{ logicalType: 'number', physicalType: 'double precision' }, 'double'],
  [{ logicalType: 'number', physicalType: 'float(53)' }, 'double'],
  [{ logicalType: 'number', physicalType: 'real' }, 'float'],
  [{ logicalType: 'number', physicalType: 'serial' }, 'int'],
  [{ logicalType: 'string', physicalType: 'varchar[256]' }, 'string'],
  [{ logicalType: 'string', physicalType: 'decimal(10,2)' }, 'decimal(10,2)'],
  [{ logicalType: 'object', physicalType: 'uuid' }, 'uuid'],
  [{ logicalType: 'object', physicalType: 'Name' }, 'string'],
  [{ logicalType: 'date', physicalType: 'timestamp' }, 'timestamptz'],
  [{ logicalType: 'timestamp', physicalType: 'timestamp(6) without time zone' }, 'timestamp'],
  [
    { logicalType: 'timestamp', physicalType: 'timestamp', logicalTypeOptions: { timezone: false } },
    'timestamp',
  ],
  // A store's own choice that cannot hold the values: the logical type decides.
  [{ logicalType: 'timestamp', physicalType: 'bigint' }, 'timestamptz'],
  [{ logicalType: 'integer', physicalType: 'varchar(20)' }, 'long'],
  [{ logicalType: 'boolean', physicalType: 'tinyint(1)' }, 'boolean'],
  [{ physicalType: 'bigint' }, 'long'],
  [{ physicalType: 'bit(1)' }, 'boolean'],
  [{ physicalType: 'timestamptz' }, 'timestamptz'],
  [{ physicalType: 'geometry' }, 'string'],
])('%j is a column of type %s', (property, type) => {
  expect(typeOf(property)).toBe(type);
});

test('the name of a partition field does not hide a column', () => {
  const schema = schemaOf(
    { name: 'at', logicalType: 'timestamp', partitioned: true },
    { name: 'at_day', logicalType: 'date', partitioned: true, customProperties: [] },
    { name: 'kind', logicalType: 'string', partitioned: true },
  );
  expect(bronzePartitionSpec(schema)).toEqual({
    'spec-id': 0,
    fields: [
      { 'source-id': 1, 'field-id': 1000, name: 'at_day_partition', transform: 'day' },
      { 'source-id': 2, 'field-id': 1001, name: 'at_day_day', transform: 'day' },
      { 'source-id': 3, 'field-id': 1002, name: 'kind', transform: 'identity' },
    ],
  });
});
