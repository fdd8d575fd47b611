import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ParameterTier } from 'aws-cdk-lib/aws-ssm';
import {
  DataContract,
  DataProduct,
  FileSource,
  IngestStream,
  MedallionLake,
  ProductRegistry,
  type ProductRegistryProps,
  RegisteredProduct,
  StreamSource,
  Zone,
} from '../../../lib/aws';
import { readProductEntry } from '../../../lib/contract/product';

interface Facts {
  readonly version?: string;
  readonly table?: string;
  readonly domain?: string;
  readonly purpose?: string;
  readonly product?: string;
}

function contract({
  version = '1.0.0',
  table = 'clv',
  domain = 'marketing',
  purpose = 'x',
  product = 'clv',
}: Facts = {}) {
  return DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: clv-contract
version: ${version}
status: active
dataProduct: ${product}
${domain === '' ? '' : `domain: ${domain}`}
description: { purpose: ${JSON.stringify(purpose)} }
slaProperties: [{ property: latency, value: 5, unit: min, element: clv.value }]
schema:
  - name: clv
    physicalName: ${table}
    properties: [{ name: value, logicalType: integer, required: true, primaryKey: true, primaryKeyPosition: 1 }]
  - name: segments
    properties: [{ name: segment, logicalType: string }]
`);
}

function shop(props?: ProductRegistryProps) {
  const stack = new Stack(new App(), 'Shop', { env: { account: '111122223333', region: 'eu-central-1' } });
  const lake = new MedallionLake(stack, 'Lake');
  const registry = new ProductRegistry(stack, 'Registry', props);
  const publish = (
    id: string,
    facts: Facts = {},
    more: { schemaName?: string; enableSilver?: boolean } = {},
  ) =>
    new DataProduct(stack, id, {
      contract: contract(facts),
      lake,
      source: StreamSource.kinesis(new IngestStream(stack, `${id}Events`)),
      alarms: { actionsEnabled: false },
      registry,
      ...more,
    });
  return { stack, lake, registry, publish };
}

const namesOf = (stack: Stack): string[] =>
  Object.values(Template.fromStack(stack).findResources('AWS::SSM::Parameter')).map(
    ({ Properties }) => Properties.Name,
  );

test('a product publishes its silver table, or bronze where that is where it ends', () => {
  const { stack, publish } = shop();
  publish('Clv');
  const bronze = publish('Segments', {}, { schemaName: 'segments', enableSilver: false });
  expect(namesOf(stack)).toEqual([
    '/lakehouse/products/marketing/clv/v1',
    '/lakehouse/products/marketing/clv.segments/v1',
  ]);
  const [{ Properties }] = Object.values(Template.fromStack(stack).findResources('AWS::SSM::Parameter'));
  const text = (Properties.Value['Fn::Join'][1] as unknown[])
    .map((part) => (typeof part === 'string' ? part : JSON.stringify(part).replace(/[{}"]/g, '')))
    .join('');
  expect(readProductEntry(text, 'the value')).toMatchObject({
    version: '1.0.0',
    account: '111122223333',
    region: 'eu-central-1',
    serviceLevels: [{ property: 'latency of clv.value', value: '5 min' }],
    outputPorts: [{ zone: 'silver', table: expect.stringMatching(/_silver\/clv$/), format: 'iceberg' }],
    inputs: [expect.stringMatching(/^Fn::GetAtt:\[ClvEvents/)],
  });
  expect(bronze.registered?.parameter.value).toContain(bronze.table(Zone.BRONZE).uri);
});

test('a product of files is made of the folder they arrive in', () => {
  const { lake, registry } = shop();
  const product = new DataProduct(lake, 'Clv', {
    contract: contract(),
    lake,
    source: FileSource.bucket(lake.gold, { prefix: 'incoming/clv' }),
    registry,
  });
  expect(product.registered?.parameter.value).toContain(`"inputs":["${lake.gold.s3Uri('incoming/clv/')}"]`);
});

test('two major versions are side by side, each with its tables; a minor one takes the place of the one before', () => {
  const { stack, publish } = shop();
  publish('Clv', { version: '1.4.2' });
  publish('ClvV2', { version: '2.0.0', table: 'clv_v2' });
  expect(namesOf(stack)).toEqual([
    '/lakehouse/products/marketing/clv/v1',
    '/lakehouse/products/marketing/clv/v2',
  ]);
});

describe('refused is', () => {
  it('the same major version twice', () => {
    const { publish } = shop();
    publish('Clv');
    expect(() => publish('Again', { version: '1.1.0', table: 'other' })).toThrow(
      new Error(
        'The registry "Shop/Registry" has marketing/clv v1 already, from "Shop/Clv"; "Shop/Again" publishes it again with ' +
          'contract clv-contract 1.1.0. Give the contract the next major version where its rows are others, or another ' +
          'dataProduct where it is another product.',
      ),
    );
  });

  it('a major version in the table of the one before', () => {
    const { publish } = shop();
    const { uri } = publish('Clv').table(Zone.SILVER);
    expect(() => publish('ClvV2', { version: '2.0.0' })).toThrow(
      new Error(
        `"Shop/ClvV2" publishes marketing/clv v2 from ${uri}, which is the output port of marketing/clv v1 ("Shop/Clv"): its ` +
          'consumers would meet other rows there. Give marketing/clv v2 a table of its own, for example "physicalName: clv_v2" ' +
          'of "clv" in its contract.',
      ),
    );
  });

  it('a contract without a domain, or without a number in its version', () => {
    const { publish } = shop();
    expect(() => publish('Clv', { domain: '' })).toThrow(
      new Error(
        'Contract clv-contract has no domain, which a registry files products under. Add one: "domain: marketing".',
      ),
    );
    expect(() => publish('Latest', { version: 'latest' })).toThrow(
      /^Contract clv-contract has the version "latest"\./,
    );
  });

  it('a product that nobody can read', () => {
    const { stack, registry } = shop();
    expect(() => new RegisteredProduct(stack, 'Clv', { registry, contract: contract(), ports: [] })).toThrow(
      new Error(
        'ports of "Shop/Clv" is empty. A product is there to be read: pass the table its consumers read.',
      ),
    );
  });

  it('an entry that Parameter Store would not take, with the tier that would', () => {
    const long = { purpose: 'x'.repeat(4000) };
    expect(() => shop().publish('Clv', long)).toThrow(
      /^The entry "\/lakehouse\/products\/marketing\/clv\/v1" of "Shop\/Clv\/Registered" has up to 4\d{3} bytes, Parameter Store takes 4096 in the tier Standard\. Pass tier: ParameterTier\.ADVANCED to the registry, or shorten the purpose/,
    );
    const { stack, publish } = shop({ tier: ParameterTier.ADVANCED });
    publish('Clv', long);
    Template.fromStack(stack).hasResourceProperties('AWS::SSM::Parameter', {
      Tier: 'Advanced',
      Type: 'String',
    });
    expect(() => publish('V2', { version: '2.0.0', table: 'v2', purpose: 'ä'.repeat(4000) })).toThrow(
      /takes 8192 in the tier Advanced\. Shorten the purpose/,
    );
  });

  it.each(['products', '/products/', '/aws/products', '/a b'])('the path %s', (path) => {
    expect(() => shop({ path })).toThrow(`path is "${path}". Allowed: up to 12 words`);
  });
});

test('names are spelled as Parameter Store takes them', () => {
  const { stack, publish } = shop({ path: '/shop/dev' });
  publish('Clv', { domain: 'Sales & Marketing', product: 'Lifetime value' });
  expect(namesOf(stack)).toEqual(['/shop/dev/Sales-Marketing/Lifetime-value/v1']);
});

test('the same product in another account or region is none of its business', () => {
  const app = new App();
  const registry = new ProductRegistry(new Stack(app, 'Common'), 'Registry');
  const stacks = ['eu-central-1', 'us-east-1'].map(
    (region) => new Stack(app, `Shop-${region}`, { env: { account: '111122223333', region } }),
  );
  for (const stack of stacks) {
    new DataProduct(stack, 'Clv', {
      contract: contract(),
      lake: new MedallionLake(stack, 'Lake'),
      source: StreamSource.kinesis(new IngestStream(stack, 'Events')),
      alarms: { actionsEnabled: false },
      registry,
    });
  }
  expect(stacks.map(namesOf)).toEqual([
    ['/lakehouse/products/marketing/clv/v1'],
    ['/lakehouse/products/marketing/clv/v1'],
  ]);
});

test('who may read it reads the path and what is below it', () => {
  const { stack, registry } = shop();
  registry.grantRead(
    new Role(stack, 'Portal', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') }),
  );
  const arn = (below: string) => ({
    'Fn::Join': [
      '',
      [
        'arn:',
        { Ref: 'AWS::Partition' },
        `:ssm:eu-central-1:111122223333:parameter/lakehouse/products${below}`,
      ],
    ],
  });
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: Match.objectLike({
      Statement: [
        {
          Action: ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath'],
          Effect: 'Allow',
          Resource: [arn(''), arn('/*')],
        },
      ],
    }),
  });
});
