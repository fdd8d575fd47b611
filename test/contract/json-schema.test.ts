import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { DataContract, type SchemaObject } from '../../lib/contract';
import { ordersContract } from './orders';

const HEAD = 'apiVersion: v3.1.0\nkind: DataContract\nid: a\nversion: 1.0.0\nstatus: active\n';

function validatorOf(schema: SchemaObject) {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictTypes: false, allErrors: true });
  addFormats(ajv);
  return ajv.compile(schema.jsonSchema());
}

function schemaOf(property: object): SchemaObject {
  const schema = [{ name: 't', properties: [{ name: 'a', required: true, ...property }] }];
  return DataContract.fromString(`${HEAD}schema: ${JSON.stringify(schema)}`).schema();
}

const ORDER = {
  orderId: '7d8f9b3e-0000-4000-8000-000000000001',
  shop: 'DE-17',
  orderedAt: '2026-11-20T10:00:00.123456Z',
  total: 123.45,
  customer: { email: 'a@example.com', address: { city: 'Kyiv', zip: null } },
  lines: [{ sku: 'a', quantity: 1, discounts: ['0.2500', null] }],
};

test('the schema of a representative contract', () => {
  expect(ordersContract().schema().jsonSchema()).toMatchSnapshot();
});

describe('an order', () => {
  const validate = validatorOf(ordersContract().schema());

  test.each<[string, object]>([
    ['as it is', {}],
    ['epoch milliseconds', { orderedAt: 1_700_000_000_000 }],
    ['a decimal as text', { total: '123456789012345.67' }],
    ['null for what is optional', { score: null, lines: null, labels: null }],
  ])('is accepted: %s', (_name, change) => {
    validate({ ...ORDER, ...change });
    expect(validate.errors).toBeNull();
  });

  test.each<[string, object, string]>([
    ['missing field', { shop: undefined }, ''],
    ['null for what is required', { shop: null }, '/shop'],
    ['pattern', { shop: 'de-17' }, '/shop'],
    ['length', { shop: 'DE-1234567890' }, '/shop'],
    ['format', { orderId: 'x' }, '/orderId'],
    ['no timestamp', { orderedAt: 'yesterday' }, '/orderedAt'],
    ['below the minimum', { total: -1 }, '/total'],
    ['too many decimals', { total: '1.234' }, '/total'],
    ['at the exclusive maximum', { score: 1 }, '/score'],
    ['wrong type', { express: 'yes' }, '/express'],
    ['no date', { deliverOn: '2026-02-30' }, '/deliverOn'],
    ['no time', { opensAt: '25:00' }, '/opensAt'],
    ['a zone on a local time', { localTime: '2026-01-01T10:00:00Z' }, '/localTime'],
    ['nested format', { customer: { email: 'nobody' } }, '/customer/email'],
    ['nested field missing', { customer: {} }, '/customer'],
    ['too few items', { lines: [] }, '/lines'],
    ['a fraction of a piece', { lines: [{ sku: 'a', quantity: 1.5 }] }, '/lines/0/quantity'],
    ['beyond 32 bits', { lines: [{ sku: 'a', quantity: 2 ** 31 }] }, '/lines/0/quantity'],
    ['one label twice', { labels: ['a', 'a'] }, '/labels'],
    ['unknown field', { colour: 'red' }, ''],
  ])('is rejected: %s', (_name, change, path) => {
    expect(validate({ ...ORDER, ...change })).toBe(false);
    expect(validate.errors?.[0].instancePath).toBe(path);
  });
});

test('a bound that a double cannot hold is left out rather than rounded', () => {
  const schema = ordersContract().schema().jsonSchema() as { properties: { sequence: object } };
  expect(schema.properties.sequence).toEqual({ type: ['integer', 'null'] });
});

test('unknown fields are allowed unless the contract forbids them', () => {
  const validate = validatorOf(schemaOf({ logicalType: 'string' }));
  expect(validate({ a: 'x', b: 1 })).toBe(true);
});

test.each([
  // Not legal in Unicode mode as they stand.
  ['^\\w+\\@\\w+$', 'a@b', 'a'],
  ['^a\\ b\\_c$', 'a b_c', 'ab_c'],
  // Only Unicode mode knows properties.
  ['^\\p{Lu}+$', 'ÄÖ', 'äö'],
])('pattern %s', (pattern, good, bad) => {
  const validate = validatorOf(schemaOf({ logicalType: 'string', logicalTypeOptions: { pattern } }));
  expect(validate({ a: good })).toBe(true);
  expect(validate({ a: bad })).toBe(false);
});

test('a pattern that Unicode mode cannot say is left out', () => {
  const schema = schemaOf({ logicalType: 'string', logicalTypeOptions: { pattern: 'a{,2}' } });
  expect(schema.jsonSchema()).toMatchObject({ properties: { a: { type: 'string' } } });
  expect(JSON.stringify(schema.jsonSchema())).not.toContain('pattern');
});
