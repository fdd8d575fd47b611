import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App, Stack } from 'aws-cdk-lib';
import { products } from '../../bin/products-command';
import type { ProductEntry } from '../../lib/contract/product';
import { lakehouseMatchers } from '../../lib/testing';

expect.extend(lakehouseMatchers);

const directory = mkdtempSync(join(tmpdir(), 'data-products-'));
let marketing: Stack;

beforeAll(() => {
  process.env.CDK_OUTDIR = directory;
  try {
    const { app } = require('../../examples/data-products/app') as { app: App };
    [marketing] = app.node.children as Stack[];
  } finally {
    delete process.env.CDK_OUTDIR;
  }
});

async function printed(...args: string[]): Promise<string> {
  let output = '';
  const written = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += String(text);
    return true;
  });
  await products(['--app', directory, ...args]).finally(() => written.mockRestore());
  return output;
}

test('the registry shows both versions of a product with their ports, their owner and what they are made of', async () => {
  const lines = (await printed()).split('\n').map((line) => line.split(/ {2,}/).map((cell) => cell.trim()));
  expect(lines.slice(2, -1)).toEqual([
    [
      'marketing/clv v1',
      '1.3.0',
      'deprecated, until 2027-06-30, superseded',
      'marketing-data',
      'glue://prod_shop_gold/clv',
      'frequency 1 d',
      'sales/orders v1',
    ],
    [
      'marketing/clv v2',
      '2.0.0',
      'active',
      'marketing-data',
      'glue://prod_shop_gold/clv_v2',
      'frequency 1 d',
      'sales/orders v1',
    ],
    [
      'sales/orders v1',
      '1.0.0',
      'active',
      'order-data',
      'glue://prod_shop_silver/orders',
      expect.stringMatching(/^latency 5 minutes, frequency 1 h, retention 7 y/),
      expect.stringMatching(/^arn:aws:kinesis:REGION:ACCOUNT:stream\//),
    ],
  ]);
});

test('an entry has name, domain, schema and output port', async () => {
  const [clv] = JSON.parse(await printed('--json')) as ProductEntry[];
  expect(clv).toMatchObject({
    name: 'clv',
    domain: 'marketing',
    environment: 'prod',
    endOfLife: '2027-06-30',
    support: [{ channel: '#marketing-data', url: 'https://chat.example.com/marketing-data' }],
    outputPorts: [
      {
        zone: 'gold',
        table: 'glue://prod_shop_gold/clv',
        location: expect.stringMatching(/^s3:\/\/marketing-lakegold.*\/clv$/),
        format: 'iceberg',
        schema: 'clv',
        schemaHash: expect.stringMatching(/^[0-9a-f]{16}$/),
      },
    ],
  });
});

test('the page links what a product is made of, and who reads it', async () => {
  const file = join(directory, 'products.html');
  await printed('--html', file);
  const page = readFileSync(file, 'utf8');
  const section = (id: string): string => page.split(`<section id="${id}">`)[1].split('</section>')[0];
  expect(section('marketing-clv-v2')).toContain('<a href="#sales-orders-v1">sales/orders v1</a>');
  expect(section('sales-orders-v1')).toContain('<a href="#marketing-clv-v1">marketing/clv v1</a>');
  expect(section('marketing-clv-v1')).toContain(
    'deprecated, until 2027-06-30, superseded by a later version',
  );
  expect(page).not.toContain('<script');
});

test('the four packs find nothing that is not explained', () => {
  expect(marketing).toHaveNoNagFindings();
});
