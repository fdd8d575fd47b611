import avro from 'avsc';
import { DataContract } from '../../lib/contract';
import { ordersContract } from './orders';

const HEAD = 'apiVersion: v3.1.0\nkind: DataContract\nid: a\nversion: 1.0.0\nstatus: active\n';

function typeOf(schema: { [key: string]: unknown }): avro.Type {
  return avro.Type.forSchema(schema as unknown as avro.Schema, { wrapUnions: false });
}

test('the schema of a representative contract', () => {
  expect(ordersContract().schema().avroSchema()).toMatchSnapshot();
});

test('records survive the way through Avro', () => {
  const type = typeOf(ordersContract().schema().avroSchema());
  const full = {
    orderId: '7d8f9b3e-0000-4000-8000-000000000001',
    shop: 'DE-17',
    orderedAt: 1_700_000_000_123_456,
    total: Buffer.from('3039', 'hex'),
    sequence: 4_503_599_627_370_497,
    score: 0.25,
    express: true,
    deliverOn: 20_000,
    opensAt: 28_800_000_000,
    localTime: 1_700_000_000_000_000,
    US_price: 1.5,
    trace: '7d8f9b3e-0000-4000-8000-000000000002',
    photo: Buffer.from([1, 2, 3]),
    customer: { email: 'a@example.com', address: { city: 'Kyiv', zip: null } },
    lines: [{ sku: 'a', quantity: 1, discounts: [Buffer.from([5]), null] }],
    labels: ['new', null],
    attributes: '{"a":1}',
    history: '[]',
  };
  expect(JSON.parse(JSON.stringify(type.fromBuffer(type.toBuffer(full))))).toEqual(
    JSON.parse(JSON.stringify(full)),
  );

  const least = { orderId: 'x', shop: 'y', orderedAt: 0, total: Buffer.of(0), customer: { email: 'z' } };
  expect(type.fromBuffer(type.toBuffer(least))).toMatchObject({
    score: null,
    lines: null,
    customer: { address: null },
  });
  expect(type.isValid({ ...least, shop: null })).toBe(false);
});

test('keys that are no Avro names are respelled apart, and nested records named by their path', () => {
  const at = { name: 'at', logicalType: 'object', properties: [{ name: 'x' }] };
  const properties = [
    { name: 'US price', physicalName: 'us_price', description: 'In dollars.' },
    { name: 'US-price' },
    { name: '9lives', physicalName: 'nine lives' },
    { name: 'é' },
    at,
    {
      name: 'list',
      logicalType: 'array',
      items: { logicalType: 'array', items: { ...at, name: undefined } },
    },
    { name: 't_at', logicalType: 'object', properties: [at] },
  ];
  const contract = DataContract.fromString(`${HEAD}schema: ${JSON.stringify([{ name: 't', properties }])}`);
  const schema = contract.schema().avroSchema();
  expect(() => typeOf(schema)).not.toThrow();
  expect((schema.fields as { name: string; doc?: string; aliases?: string[] }[]).slice(0, 4)).toEqual([
    expect.objectContaining({
      name: 'US_price',
      doc: 'In dollars. "US price" in the contract.',
      aliases: ['us_price'],
    }),
    expect.objectContaining({ name: 'US_price_2', doc: '"US-price" in the contract.' }),
    expect.objectContaining({ name: '_9lives', doc: '"9lives" in the contract.' }),
    expect.objectContaining({ name: '_', doc: '"é" in the contract.' }),
  ]);
  expect(JSON.stringify(schema).match(/"type":"record","name":"\w+"/g)).toEqual([
    '"type":"record","name":"t"',
    '"type":"record","name":"t_at"',
    '"type":"record","name":"t_list_element_element"',
    '"type":"record","name":"t_t_at"',
    '"type":"record","name":"t_t_at_at"',
  ]);
});
