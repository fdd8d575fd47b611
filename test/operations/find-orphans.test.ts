import { type Contents, findOrphans, type Inventory } from '../../lib/operations/orphans';

const STACK = 'arn:aws:cloudformation:eu-central-1:123456789012:stack';
const tagsOf = (name: string): { [key: string]: string } => ({
  'aws:cloudformation:stack-id': `${STACK}/${name}/1`,
  'aws:cloudformation:stack-name': name,
});
const EMPTY: Contents = { objects: 0, bytes: 0, more: false };

/** An account in memory. Objects are `bucket/key` with their size. */
function account(
  parts: Partial<Inventory> & { readonly objects?: { readonly [path: string]: number } },
): Inventory {
  const { objects = {} } = parts;
  const below = (bucket: string, prefix: string) =>
    Object.entries(objects).filter(([path]) => path.startsWith(`${bucket}/${prefix}`));
  return {
    stacks: async () => [`${STACK}/Lake/1`],
    taggedResources: async () => [],
    logGroups: async () => [],
    functionNames: async () => [],
    tables: async () => [],
    folders: async (bucket, prefix) => [
      ...new Set(
        below(bucket, prefix).flatMap(([path]) => {
          const rest = path.slice(`${bucket}/${prefix}`.length);
          return rest.includes('/') ? [`${prefix}${rest.split('/')[0]}/`] : [];
        }),
      ),
    ],
    contents: async (bucket, prefix) =>
      below(bucket, prefix).reduce(
        (sum, [, size]) => ({ objects: sum.objects + 1, bytes: sum.bytes + size, more: false }),
        EMPTY,
      ),
    ...parts,
  };
}

const search = { tagKey: 'DataProduct' };

test('what a stack left that is gone, with what it costs', async () => {
  const inventory = account({
    taggedResources: async () => [
      { arn: 'arn:aws:s3:::lake-bronze', tags: tagsOf('Lake') },
      { arn: 'arn:aws:s3:::old-bronze', tags: tagsOf('Old') },
      { arn: 'arn:aws:kms:eu-central-1:123456789012:key/1', tags: tagsOf('Old') },
      { arn: 'arn:aws:sqs:eu-central-1:123456789012:old', tags: tagsOf('Old') },
      { arn: 'arn:aws:ec2:eu-central-1:123456789012:vpc/vpc-1', tags: tagsOf('Old') },
      { arn: 'arn:aws:kinesis:eu-central-1:123456789012:stream/mine', tags: { DataProduct: 'orders' } },
      { arn: 'arn:aws:sns:eu-central-1:123456789012:other', tags: { Team: 'web' } },
    ],
  });
  expect(await findOrphans(inventory, search)).toEqual([
    { kind: 'bucket', what: 'arn:aws:s3:::old-bronze', why: 'its stack Old is gone' },
    {
      kind: 'key',
      what: 'arn:aws:kms:eu-central-1:123456789012:key/1',
      why: 'its stack Old is gone',
      monthlyCost: 1,
    },
    {
      kind: 'queue',
      what: 'arn:aws:sqs:eu-central-1:123456789012:old',
      why: 'its stack Old is gone',
      monthlyCost: 0,
    },
    {
      kind: 'stream',
      what: 'arn:aws:kinesis:eu-central-1:123456789012:stream/mine',
      why: 'no stack has made it; DataProduct is orders',
      monthlyCost: expect.closeTo(10.95),
    },
  ]);
  expect(await findOrphans(inventory, { ...search, stackPrefix: 'Lake' })).toEqual([
    expect.objectContaining({ kind: 'stream' }),
  ]);
});

test('logs of functions that are gone', async () => {
  const inventory = account({
    functionNames: async () => ['orders'],
    logGroups: async () => [
      { name: '/aws/lambda/orders', bytes: 5 },
      { name: '/aws/lambda/orders-old', bytes: 10 * 2 ** 30 },
    ],
  });
  expect(await findOrphans(inventory, search)).toEqual([
    {
      kind: 'log group',
      what: 'log-group:/aws/lambda/orders-old',
      why: 'there is no function orders-old',
      monthlyCost: expect.closeTo(0.3),
    },
  ]);
});

test('a log group is told once, by what says more of it', async () => {
  const arn = 'arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/old';
  const inventory = account({
    taggedResources: async () => [{ arn, tags: tagsOf('Old') }],
    logGroups: async () => [{ name: '/aws/lambda/old', bytes: 0 }],
  });
  expect(await findOrphans(inventory, search)).toEqual([
    { kind: 'log group', what: arn, why: 'its stack Old is gone' },
  ]);
});

test('tables without a file, and folders without a table, from the outermost that is strange', async () => {
  const inventory = account({
    tables: async () => [
      { database: 'sales', name: 'orders', location: 's3://lake/bronze/orders' },
      { database: 'sales', name: 'gone', location: 's3://lake/bronze/gone' },
      { database: 'sales', name: 'elsewhere' },
    ],
    objects: {
      'lake/bronze/orders/metadata/v1.json': 1,
      'lake/bronze/orders-archive/data/a.parquet': 2 ** 30,
      'lake/tmp/x/y': 2 ** 29,
      'unknown/folder/z': 1,
    },
  });
  expect(await findOrphans(inventory, search)).toEqual([
    { kind: 'table', what: 'sales.gone', why: 'nothing is at s3://lake/bronze/gone', monthlyCost: 0 },
    {
      kind: 'folder',
      what: 's3://lake/bronze/orders-archive/',
      why: 'no table of the catalog is there',
      monthlyCost: expect.closeTo(0.023),
    },
    {
      kind: 'folder',
      what: 's3://lake/tmp/',
      why: 'no table of the catalog is there',
      monthlyCost: expect.closeTo(0.0115),
    },
  ]);
});

test('nothing, in an account that is in order', async () => {
  expect(await findOrphans(account({}), search)).toEqual([]);
});
