import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataContract, LogicalType, QualityMetric, QualityOperator } from '../../lib/contract';
import { glueColumns } from '../../lib/contract/glue-columns';
import { bronzePartitionSpec } from '../../lib/contract/partition-spec';
import { bronzeSchema, tableSchema } from '../../lib/contract/table-schema';
import { contractOf } from '../handler-code/encode-fixture';
import { ORDERS, ordersContract } from './orders';

const HEAD = 'apiVersion: v3.0.2\nkind: DataContract\nid: a\nversion: 1.0.0\nstatus: active\n';

describe('a contract that uses every part of the standard', () => {
  const contract = ordersContract();
  const schema = contract.schema();

  test('its head', () => {
    expect(contract).toMatchObject({
      id: 'urn:contract:orders',
      version: '2.1.0',
      apiVersion: 'v3.1.0',
      status: 'active',
      domain: 'sales',
      tenant: 'acme',
      dataProduct: 'order-events',
      purpose: 'Every order placed in the shop.',
      tags: ['sales', 'events'],
      team: { name: 'Shop', members: [{ username: 'jdoe', role: 'owner' }] },
      support: [{ channel: '#shop-data', tool: 'slack' }],
      servers: [{ type: 'kinesis', details: { region: 'eu-central-1', format: 'json' } }],
      roles: [{ role: 'analyst', access: 'read' }],
      customProperties: [{ property: 'costCentre', value: 4711 }],
    });
  });

  test('service levels in fixed units', () => {
    expect(contract.sla).toEqual({
      latencySeconds: 900,
      frequencySeconds: 86_400,
      retentionDays: 730,
      recordsPerSecond: 100,
      errorRatePercent: 0.5,
    });
  });

  test('keys and partitions follow their positions, not the document', () => {
    expect(schema.tableName).toBe('order_events');
    expect(schema.primaryKey).toEqual(['shop', 'orderId']);
    expect(schema.partitionColumns).toEqual([
      { property: 'orderedAt', column: 'ordered_at', transform: 'day' },
      { property: 'shop', column: 'shop', transform: 'bucket[16]' },
    ]);
    expect(schema.allowsUnknownFields).toBe(false);
    expect(schema.quality).toMatchObject([
      { metric: QualityMetric.ROW_COUNT, operator: QualityOperator.MUST_BE_GREATER_THAN, operands: [0] },
    ]);
  });

  test('critical fields are found at any depth, and what unknown fields are is said or not', () => {
    const given = (customProperties: object[]) =>
      contractOf(
        [
          { name: 'id', criticalDataElement: true },
          { name: 'note', criticalDataElement: false },
          {
            name: 'device',
            logicalType: 'object',
            properties: [{ name: 'serial', criticalDataElement: true }],
          },
          {
            name: 'items',
            logicalType: 'array',
            items: { logicalType: 'object', properties: [{ name: 'sku', criticalDataElement: true }] },
          },
        ],
        customProperties,
      ).schema();
    expect(given([]).criticalFields).toEqual(['id', 'device.serial', 'items[].sku']);
    const says = (value: boolean) => [{ property: 'additionalProperties', value }];
    const both = [[], says(true), says(false)].map((properties) => {
      const { allowsUnknownFields, expectsUnknownFields } = given(properties);
      return [allowsUnknownFields, expectsUnknownFields];
    });
    expect(both).toEqual([
      [true, false],
      [true, true],
      [false, false],
    ]);
  });

  test('bounds keep every digit', () => {
    const sequence = schema.properties.find((property) => property.name === 'sequence');
    expect(sequence?.options.maximum).toBe('9223372036854775806');
  });

  test('an object that requires a field makes the field required', () => {
    const customer = schema.properties.find((property) => property.name === 'customer');
    expect(customer?.properties.map(({ name, required, path }) => [name, required, path])).toEqual([
      ['email', true, 'customer.email'],
      ['address', false, 'customer.address'],
    ]);
  });

  test('an undeclared logical type follows the physical type', () => {
    const types = Object.fromEntries(schema.properties.map(({ name, logicalType }) => [name, logicalType]));
    expect(types).toMatchObject({ trace: LogicalType.STRING, photo: LogicalType.STRING });
  });

  test('bronze table', () => {
    expect(bronzeSchema(schema)).toMatchSnapshot();
    expect(bronzePartitionSpec(schema)).toMatchSnapshot();
    expect(glueColumns(bronzeSchema(schema))).toMatchSnapshot();
  });

  test('field ids are unique', () => {
    const ids = [...JSON.stringify(bronzeSchema(schema)).matchAll(/"(?:id|element-id)":(\d+)/g)].map(
      (m) => m[1],
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(ids.map((_, index) => String(index + 1)));
  });

  test('the table without technical columns declares the key, where the specification lets it', () => {
    expect(tableSchema(schema)['identifier-field-ids']).toEqual([1, 2]);
    const optional = DataContract.fromString(
      `${HEAD}schema: [{name: t, properties: [{name: a, primaryKey: true, logicalType: string}]}]`,
    );
    expect(tableSchema(optional.schema())['identifier-field-ids']).toBeUndefined();
  });

  test('JSON text gives the same contract as YAML', () => {
    const { parse } = jest.requireActual<typeof import('yaml')>('yaml');
    // Written by hand: JavaScript numbers cannot carry the 64-bit bound through JSON.stringify.
    const json = JSON.stringify(parse(ORDERS), null, '\t').replace(
      '9223372036854776000',
      '9223372036854775806',
    );
    expect(json).toContain('\t"schema"');
    expect(DataContract.fromString(json)).toEqual(contract);
  });
});

describe('reading', () => {
  test('from a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'contract-'));
    try {
      const file = join(folder, 'orders.odcs.yaml');
      writeFileSync(file, `\uFEFF${ORDERS}`);
      expect(DataContract.fromFile(file)).toEqual(ordersContract());
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('a v3.0 team is a bare list', () => {
    const contract = DataContract.fromString(`${HEAD}team: [{username: a, role: owner}]`);
    expect(contract.team).toMatchObject({ members: [{ username: 'a', role: 'owner' }] });
  });

  test('v3.0 switches make the bounds exclusive', () => {
    const contract = DataContract.fromString(
      `${HEAD}schema: [{name: t, properties: [{name: a, logicalType: integer, logicalTypeOptions: {minimum: 1, exclusiveMinimum: true, maximum: 5, exclusiveMaximum: false}}]}]`,
    );
    expect(contract.schema().properties[0].options).toEqual({ exclusiveMinimum: '1', maximum: '5' });
  });

  test('aliases and merge keys', () => {
    const contract = DataContract.fromString(
      `${HEAD}schema:\n  - name: t\n    properties:\n      - &a {name: a, logicalType: integer, required: true}\n      - {<<: *a, name: b}\n`,
    );
    expect(contract.schema().properties.map(({ name, required }) => [name, required])).toEqual([
      ['a', true],
      ['b', true],
    ]);
  });

  test('keys left empty are absent', () => {
    const contract = DataContract.fromString(
      `${HEAD}tags:\nschema:\n  - name: t\n    description:\n    properties:\n`,
    );
    expect(contract.tags).toEqual([]);
    expect(contract.schema().description).toBeUndefined();
  });

  test('an unknown schema object is refused by name', () => {
    expect(() => ordersContract().schema('Order')).toThrow(
      'Contract urn:contract:orders has no schema object "Order". It has: Order Events.',
    );
    expect(() => DataContract.fromString(HEAD).schema()).toThrow('Contract a describes no schema object');
  });
});
