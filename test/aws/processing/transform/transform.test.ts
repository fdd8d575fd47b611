import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Duration, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { LakeCatalog, LakeTable, Lookup, StreamProcessor, Transform, Zone } from '../../../../lib/aws';
import { bundleDirectory } from '../../../../lib/aws/bundle';
import { BUNDLES } from '../../../../lib/contract/handler-environment';
import { iamStatements } from '../../../../lib/testing/iam-statements';
import { ordersContract, surroundings } from '../../orders';
import { stageAssets } from '../../../stage-assets';

stageAssets();

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'transforms-'));
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const file = path.join(directory, name);
  fs.writeFileSync(file, text);
  return file;
}

const IDENTITY = 'export default (record: object): object => record;';

function processorWith(transform: (stack: Stack) => Transform) {
  const { stack, lake, source } = surroundings();
  const contract = ordersContract();
  const catalog = LakeCatalog.of(lake);
  const processor = new StreamProcessor(stack, 'Processor', {
    contract,
    source,
    bronze: new LakeTable(stack, 'Bronze', { contract, catalog, zone: Zone.BRONZE }),
    quarantine: new LakeTable(stack, 'Quarantine', { contract, catalog, zone: Zone.QUARANTINE }),
    transform: transform(stack),
  });
  const [handler] = Object.entries(Template.fromStack(stack).findResources('AWS::Lambda::Function'))
    .filter(([id]) => id.startsWith('Processor'))
    .map(([, { Properties }]) => Properties);
  return { stack, processor, handler, environment: handler.Environment.Variables };
}

describe('code of the user', () => {
  test('is bundled with what it imports and the function is told', () => {
    write('rates.ts', 'export const rate: number = 2;');
    const file = write(
      'uses-rates.ts',
      `import { rate } from './rates'; import { createHash } from 'node:crypto';
      export default (record: { n: number }) => ({ n: record.n * rate, hash: createHash('md5').digest('hex') });`,
    );
    const transform = Transform.fromFile(file);
    const { environment, stack, processor } = processorWith(() => transform);
    expect(JSON.parse(environment.LAKEHOUSE_TRANSFORM)).toEqual({
      timeoutMilliseconds: 10_000,
      hasInputContract: false,
    });
    expect(environment.LAKEHOUSE_LOOKUPS).toBeUndefined();
    const { files } = transform.bind(stack, processor.role);
    expect(Object.keys(files)).toEqual(['transform.mjs']);
    expect(files['transform.mjs']).toMatch(/node:crypto/);
    expect(files['transform.mjs']).not.toMatch(/rates'|number/);
    expect(files['transform.mjs']).not.toContain(directory);
  });

  test('decides the hash of the function’s code by its contents, wherever it lies', () => {
    const keyOf = (name: string, text: string) =>
      processorWith(() => Transform.fromFile(write(name, text))).handler.Code.S3Key;
    const first = keyOf('one.ts', IDENTITY);
    expect(keyOf('two.ts', `// Another comment.\n${IDENTITY}`)).toBe(first);
    expect(keyOf('one.ts', IDENTITY.replace('=> record', '=> ({ ...record })'))).not.toBe(first);
  });

  test('runs in the bundle that has the clients of lookups', () => {
    const { stack, handler } = processorWith(() => Transform.fromFile(write('plain.ts', IDENTITY)));
    const asset = path.join(
      Stage.of(stack)!.assetOutdir,
      `asset.${path.basename(handler.Code.S3Key, '.zip')}`,
    );
    const shipped = path.join(bundleDirectory(BUNDLES.kinesisTransform), 'index.mjs');
    expect(fs.readFileSync(path.join(asset, 'index.mjs'), 'utf8')).toBe(fs.readFileSync(shipped, 'utf8'));
  });

  test('may be bundled already', () => {
    const file = write('built.mjs', 'const f=(r)=>r;export{f as default};');
    const { processor, stack } = processorWith(() => Transform.fromBundle(file));
    expect(Transform.fromBundle(file).bind(stack, processor.role).files['transform.mjs']).toMatch(/^const f/);
  });

  test.each([
    [
      'a file that is not there',
      () => Transform.fromFile(path.join(directory, 'no.ts')),
      /no\.ts" is not there: no file .*Paths begin at the working directory/,
    ],
    [
      'a syntax error',
      () => Transform.fromFile(write('bad.ts', 'export default (r => {')),
      /cannot be bundled:\n {2}bad\.ts:1:\d+ /,
    ],
    [
      'an import that is not there',
      () => Transform.fromFile(write('lost.ts', "import x from './x'; export default x;")),
      /lost\.ts:1:\d+ Could not resolve "\.\/x"/,
    ],
    [
      'no default export',
      () => Transform.fromFile(write('named.ts', 'export const f = 1;')),
      /has no default export\. It is to be the function: export default/,
    ],
    [
      'a bundle without default export',
      () => Transform.fromBundle(write('named.mjs', 'export const f=1;')),
      /has no default export/,
    ],
    [
      'a bundle that is TypeScript',
      () => Transform.fromBundle(write('t.ts', IDENTITY)),
      /must be an ES module .* named \*\.mjs\. Transform\.fromFile bundles TypeScript/,
    ],
    ['a bundle that is not there', () => Transform.fromBundle('no.mjs'), /"no\.mjs" cannot be read: ENOENT/],
    [
      'a name no lookup can have',
      () =>
        Transform.fromFile(write('i.ts', IDENTITY), {
          lookups: { 'a b': Lookup.http('https://a.example/{key}') },
        }),
      /"a b" cannot be the name of a lookup\. Allowed: /,
    ],
    [
      'no time at all',
      () => Transform.fromFile(write('i.ts', IDENTITY), { timeout: Duration.millis(0) }),
      /timeout must be from 1 millisecond to 15 minutes\. Received 0/,
    ],
    [
      'a schema the input contract lacks',
      () =>
        processorWith(() =>
          Transform.fromFile(write('i.ts', IDENTITY), {
            inputContract: ordersContract(),
            inputSchemaName: 'ordes',
          }),
        ),
      /ordes/,
    ],
  ])('is refused with %s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  test('asks for esbuild where the project has none', () => {
    const before = process.cwd();
    const file = write('i.ts', IDENTITY);
    process.chdir(directory);
    try {
      expect(() => Transform.fromFile(file)).toThrow(
        /needs esbuild, which your project does not have\. Install it: npm install --save-dev esbuild\. Or bundle it yourself .* Transform\.fromBundle/,
      );
    } finally {
      process.chdir(before);
    }
  });
});

test('rows of a table are given to it by the table’s contract, and by no other', () => {
  const contract = ordersContract();
  const file = write('i.ts', IDENTITY);
  const { stack, processor } = processorWith(() => Transform.fromFile(file));
  const { files, environment } = Transform.fromFile(file).bindToTable(stack, processor.role, contract);
  expect(Object.keys(files)).toEqual(['transform.mjs', 'input-contract.mjs']);
  expect(JSON.parse(environment.LAKEHOUSE_TRANSFORM)).toMatchObject({ hasInputContract: true });
  const other = Transform.fromFile(file, { inputContract: ordersContract() });
  expect(() => other.bindToTable(stack, processor.role, contract)).toThrow(/Leave inputContract out\./);
});

describe('lookups', () => {
  const withLookup = (lookup: (stack: Stack) => Lookup) =>
    processorWith((stack) =>
      Transform.fromFile(write('i.ts', IDENTITY), { lookups: { customers: lookup(stack) } }),
    );
  const settings = (environment: any, stack: Stack) => {
    const text = stack.resolve(environment.LAKEHOUSE_LOOKUPS);
    return JSON.parse(
      typeof text === 'string'
        ? text
        : text['Fn::Join'][1].map((part: any) => (typeof part === 'string' ? part : 'TOKEN')).join(''),
    );
  };

  test('of a table: the function may read its items and nothing else, and decrypt', () => {
    const { stack, environment } = withLookup((scope) => {
      const encryptionKey = new kms.Key(scope, 'TableKey');
      return Lookup.dynamoDb(
        new dynamodb.Table(scope, 'Customers', {
          partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
          encryptionKey,
        }),
        { keyAttribute: 'id', cacheTtl: Duration.minutes(1), fallback: null },
      );
    });
    expect(settings(environment, stack)).toEqual({
      customers: {
        kind: 'dynamodb',
        table: 'TOKEN',
        keyAttribute: 'id',
        keyType: 'S',
        timeoutMilliseconds: 2000,
        attempts: 3,
        cacheMilliseconds: 60_000,
        cacheEntries: 10_000,
        concurrency: 200,
        fallback: { value: null },
      },
    });
    const statements = iamStatements(Template.fromStack(stack)).filter(({ actions }: any) =>
      JSON.stringify(actions).includes('dynamodb'),
    );
    expect(statements).toHaveLength(1);
    expect(statements[0]).toMatchObject({ actions: ['dynamodb:BatchGetItem'] });
  });

  test('of a service: secrets are granted and named, never spelled out', () => {
    const { stack, environment } = withLookup((scope) =>
      Lookup.http('https://crm.example.com/{key}', {
        headers: { 'x-client': 'lake' },
        secretHeaders: {
          authorization: { secret: new Secret(scope, 'Token'), field: 'token', prefix: 'Bearer ' },
        },
        timeout: Duration.millis(500),
      }),
    );
    expect(settings(environment, stack).customers).toMatchObject({
      kind: 'http',
      url: 'https://crm.example.com/{key}',
      headers: {
        'x-client': { text: 'lake' },
        authorization: { secret: 'TOKEN', field: 'token', prefix: 'Bearer ' },
      },
      timeoutMilliseconds: 500,
      concurrency: 16,
    });
    expect(JSON.stringify(environment)).not.toMatch(/resolve:secretsmanager/);
    expect(JSON.stringify(iamStatements(Template.fromStack(stack)))).toMatch(/secretsmanager:GetSecretValue/);
  });

  test('of a file travel with the code', () => {
    const file = write('customers.ndjson', '{"id":1,"name":"Ada"}\n{"id":2,"name":"<Grace>"}\n');
    const transform = Transform.fromFile(write('i.ts', IDENTITY), {
      lookups: { customers: Lookup.file(file, { keyField: 'id' }) },
    });
    const { stack, processor } = processorWith(() => transform);
    const { files } = transform.bind(stack, processor.role);
    expect(Object.keys(files)).toEqual(['transform.mjs', 'lookup-customers.mjs']);
    expect(files['lookup-customers.mjs']).toMatch(/^export default ".*Ada/);
  });

  test.each([
    ['http://example.com/{key}', /must begin with https:\/\/.*Received "http:\/\/example\.com\/\{key\}"/],
    ['nonsense', /must begin with https/],
    ['https://u:p@example.com/{key}', /must hold no password/],
    ['https://example.com/customers', /must say where the key goes/],
  ])('refuse the URL %s', (url, message) => {
    expect(() => Lookup.http(url)).toThrow(message);
  });

  test('take plain http on this machine', () => {
    expect(() => Lookup.http('http://127.0.0.1:8080/{key}')).not.toThrow();
  });

  test.each([
    ['attempts', { attempts: 0 }, /attempts must be a whole number from 1 to 10\. Received 0/],
    ['concurrency', { concurrency: 101 }, /concurrency must be a whole number from 1 to 100/],
    ['cacheEntries', { cacheEntries: -1 }, /cacheEntries must be a whole number from 0 to 1000000/],
    ['timeout', { timeout: Duration.minutes(2) }, /timeout in milliseconds must be .* Received 120000/],
  ])('refuse %s out of bounds', (_, options, message) => {
    expect(() => Lookup.http('https://example.com/{key}', options)).toThrow(message);
  });

  test.each([
    ['no.json', undefined, undefined, /"no\.json" of a lookup cannot be read: ENOENT/],
    [
      'rows.json',
      '[{"id":1}]',
      undefined,
      /is no JSON object of key → value\. Where it has rows, name the key/,
    ],
    ['rows.json', '[{"id":1},{"name":"x"}]', 'id', /row 2 has no field "id" of text or number/],
    ['rows.ndjson', '{"id":1}\nnonsense\n', 'id', /row 2 has no field "id"/],
  ])('refuse the file %s as it is', (name, text, keyField, message) => {
    const file = text === undefined ? name : write(name, text);
    expect(() => Lookup.file(file, { keyField })).toThrow(message);
  });
});
