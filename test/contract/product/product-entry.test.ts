import {
  type ProductEntry,
  listProducts,
  productEntryText,
  readProductEntry,
  sharedPorts,
} from '../../../lib/contract/product';

/** The product of the sources: {name, domain, schema, output_port}. */
const CLV: ProductEntry = {
  name: 'clv',
  domain: 'marketing',
  version: '1.3.0',
  status: 'active',
  contract: '0d0b6f2e',
  support: [],
  serviceLevels: [{ property: 'frequency', value: '1 d' }],
  qualityGates: 0,
  outputPorts: [
    {
      zone: 'gold',
      table: 'glue://marketing_gold/clv',
      location: 's3://data-products/marketing/clv',
      format: 'iceberg',
      schema: 'clv',
      schemaHash: '0123456789abcdef',
    },
  ],
  inputs: ['glue://sales_silver/orders'],
  account: '111122223333',
  region: 'eu-central-1',
};
const [PORT] = CLV.outputPorts;

const read = (change: object) => () =>
  readProductEntry(JSON.stringify({ ...CLV, ...change }), '/p/marketing/clv/v1');

test('an entry is read as it was written, though its purpose looks like a reference', () => {
  const entry = { ...CLV, purpose: 'Sent as {{customer}}, \\{{twice}}' };
  const text = productEntryText(entry);
  expect(text).not.toContain('{{');
  expect(readProductEntry(text, 'here')).toEqual(entry);
});

test.each([
  [{ name: undefined }, 'name is absent: must be text'],
  [{ outputPorts: [] }, 'outputPorts is []: must be a list that is not empty'],
  [
    { outputPorts: [{ ...PORT, table: 'clv' }] },
    'outputPorts[0].table is "clv": must be as in glue://marketing_gold/clv',
  ],
  [
    { outputPorts: [PORT, { ...PORT, location: '/clv' }] },
    'outputPorts[1].location is "/clv": must be as in s3://data-products/marketing/clv',
  ],
  [
    { qualityGates: -1, inputs: 'orders' },
    'qualityGates is -1: must be a whole number, 0 or more; inputs is "orders": must be a list',
  ],
  [{ support: [{ url: 'x' }] }, 'support[0].channel is absent: must be text'],
  [{ serviceLevels: ['fast'] }, 'serviceLevels[0] is "fast": must be an object'],
])('%j is refused', (change, message) => {
  expect(read(change)).toThrow(new Error(`/p/marketing/clv/v1 is no entry of a product: ${message}.`));
});

test('so are a version without a number, what is no object and what is no JSON', () => {
  expect(read({ version: 'latest' })).toThrow(
    new Error(
      '/p/marketing/clv/v1 has the version "latest". A registry keeps one entry for each major version: begin with its number, as in 1.0.0.',
    ),
  );
  expect(() => readProductEntry('[]', 'x')).toThrow(
    new Error('x is no entry of a product: the entry is []: must be an object.'),
  );
  expect(() => readProductEntry('{', 'x')).toThrow(/^x is no entry of a product: it is not JSON \(/);
});

describe('a list of products', () => {
  const second = {
    ...CLV,
    version: '10.0.0',
    outputPorts: [{ ...PORT, table: 'glue://marketing_gold/clv_v10' }],
  };
  const orders = {
    ...CLV,
    domain: 'sales',
    name: 'orders',
    outputPorts: [{ ...PORT, table: 'glue://sales_silver/orders' }],
    inputs: ['arn:aws:kinesis:eu-central-1:111122223333:stream/orders'],
  };

  it('is in order of domain, name and version, and says what is superseded and made of what', () => {
    expect(
      listProducts([orders, second, CLV]).map(({ title, superseded, inputs }) => [
        title,
        superseded,
        inputs[0].product,
      ]),
    ).toEqual([
      ['marketing/clv v1', true, 'sales/orders v1'],
      ['marketing/clv v10', false, 'sales/orders v1'],
      ['sales/orders v1', false, undefined],
    ]);
  });

  it('knows that a table of the same name elsewhere is another, and so is the product', () => {
    const elsewhere = { ...second, region: 'us-east-1', outputPorts: CLV.outputPorts };
    expect(
      listProducts([elsewhere, CLV, orders]).map(({ superseded, inputs }) => [superseded, inputs[0].product]),
    ).toEqual([
      [false, 'sales/orders v1'],
      [false, undefined],
      [false, undefined],
    ]);
    expect(sharedPorts([elsewhere, CLV])).toEqual([]);
  });

  it('names the table that two versions have as their port', () => {
    expect(sharedPorts([{ ...CLV, version: '2.0.0' }, CLV, orders])).toEqual([
      'glue://marketing_gold/clv is the output port of marketing/clv v1 and marketing/clv v2',
    ]);
  });
});
