import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { products } from '../../bin/products-command';
import type { ProductEntry } from '../../lib/contract/product';
import { askAws } from '../../lib/operations/ask-aws';
import { optional } from '../skip';
import { MOTO, type Moto, startMoto } from '../stores/moto';

const region = 'eu-central-1';
const entry = (name: string, version: string, table: string): ProductEntry => ({
  name,
  domain: 'marketing',
  version,
  status: 'active',
  contract: name,
  support: [],
  serviceLevels: [],
  qualityGates: 0,
  outputPorts: [
    {
      zone: 'gold',
      table: `glue://shop_gold/${table}`,
      location: `s3://gold/${table}`,
      format: 'iceberg',
      schema: name,
      schemaHash: '0',
    },
  ],
  inputs: [],
  account: '123456789012',
  region,
});

async function run(args: string[]): Promise<{ readonly output: string; readonly failure?: string }> {
  let output = '';
  const written = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += String(text);
    return true;
  });
  try {
    await products(args);
    return { output };
  } catch (error) {
    return { output, failure: (error as Error).message };
  } finally {
    written.mockRestore();
  }
}

optional(MOTO)('lakehouse products, against an AWS emulator', () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
    // More than one page of answers.
    const named = Array.from({ length: 12 }, (_, index) => entry(`p${index + 10}`, '1.0.0', `t${index}`));
    const bodies = named.map((one) => ({
      Name: `/lakehouse/products/marketing/${one.name}/v1`,
      Value: JSON.stringify(one),
    }));
    bodies.push({ Name: '/shop/marketing/bad/v1', Value: '{"name":"bad"}' });
    for (const version of [1, 2]) {
      const Value = JSON.stringify(entry('clv', `${version}.0.0`, 'clv'));
      bodies.push({ Name: `/shop/marketing/clv/v${version}`, Value });
    }
    for (const { Name, Value } of bodies) {
      await askAws(
        { region, endpoint: moto.endpoint },
        { accessKeyId: 'test', secretAccessKey: 'test' },
        { service: 'ssm', target: 'AmazonSSM.PutParameter', body: { Name, Value, Type: 'String' } },
      );
    }
  });
  afterAll(() => moto?.stop());

  it('reads every page of a deployed registry', async () => {
    const { output, failure } = await run(['--region', region, '--endpoint', moto.endpoint]);
    expect(failure).toBeUndefined();
    expect(
      output
        .split('\n')
        .slice(2, -1)
        .map((line) => line.split(' ')[0]),
    ).toEqual(Array.from({ length: 12 }, (_, index) => `marketing/p${index + 10}`));
  });

  it('shows the good entries beside what is to mend', async () => {
    const { output, failure } = await run([
      '--region',
      region,
      '--endpoint',
      moto.endpoint,
      '--path',
      '/shop',
      '--json',
    ]);
    expect((JSON.parse(output) as ProductEntry[]).map(({ version }) => version)).toEqual(['1.0.0', '2.0.0']);
    expect(failure?.split('\n')).toEqual([
      expect.stringMatching(
        /^\/shop\/marketing\/bad\/v1 is no entry of a product: domain is absent: must be text; /,
      ),
      'glue://shop_gold/clv is the output port of marketing/clv v1 and marketing/clv v2.',
    ]);
  });
});

describe('of a cloud assembly', () => {
  const directory = mkdtempSync(join(tmpdir(), 'assembly-'));
  const parameter = (Name: string, Value: unknown) => ({
    Type: 'AWS::SSM::Parameter',
    Properties: { Name, Value, Type: 'String' },
  });
  writeFileSync(
    join(directory, 'manifest.json'),
    JSON.stringify({ artifacts: { Shop: { type: 'aws:cloudformation:stack', properties: {} } } }),
  );
  writeFileSync(
    join(directory, 'Shop.template.json'),
    JSON.stringify({
      Resources: {
        Clv: parameter('/lakehouse/products/marketing/clv/v1', JSON.stringify(entry('clv', '1.0.0', 'clv'))),
        Unknown: parameter('/lakehouse/products/marketing/x/v1', { 'Fn::ImportValue': 'ElsewhereName' }),
        Other: parameter('/lakehouse/products-of-others/x', 'x'),
      },
    }),
  );

  it('names what only a deployment knows', async () => {
    const { output, failure } = await run(['--app', directory]);
    expect(output).toContain('glue://shop_gold/clv');
    expect(failure).toBe(
      '/lakehouse/products/marketing/x/v1 refers to what only a deployment knows: read it with --region.',
    );
  });

  it('may hold no product', async () => {
    expect(await run(['--app', directory, '--path', '/shop'])).toEqual({
      output: 'No product is in the registry /shop.\n',
    });
  });
});

it.each([
  [
    ['--app', 'nowhere'],
    '--app is "nowhere", where there is no cloud assembly (manifest.json). Run cdk synth, or',
  ],
  [
    ['--app', 'a', '--region', 'b'],
    'Either --app DIR or --region REGION: a registry is read in one place. See',
  ],
  [['--endpoint', 'http://127.0.0.1:1'], '--endpoint is "http://127.0.0.1:1". Allowed: a URL'],
  [
    ['--path', 'shop'],
    '--path is "shop". Allowed: the path of a ProductRegistry, as in /lakehouse/products. See',
  ],
  [['--no'], "Unknown option '--no'"],
])('refuses %p', async (args, message) => {
  expect((await run(args)).failure).toContain(message);
});
