import { ConfigurationError } from '../../lambda/configuration/environment';
import { readFileConfiguration } from '../../lambda/configuration/files';
import { readIngestConfiguration } from '../../lambda/configuration/ingest';
import { readRefineConfiguration } from '../../lambda/configuration/refine';

const SET = {
  LAKEHOUSE_BRONZE_TABLE: 'glue://bronze/orders',
  LAKEHOUSE_QUARANTINE_TABLE: 's3://quarantine-bucket/orders',
  LAKEHOUSE_PRODUCT: 'orders',
};

test('reads what the constructs write', () => {
  expect(readIngestConfiguration({ ...SET, LAKEHOUSE_METRIC_NAMESPACE: 'Acme/Lake' })).toEqual({
    bronzeTable: 'glue://bronze/orders',
    quarantineTable: 's3://quarantine-bucket/orders',
    rejections: 'quarantine',
    product: 'orders',
    metricNamespace: 'Acme/Lake',
  });
});

test('rejected records may halt their lane', () => {
  expect(readIngestConfiguration({ ...SET, LAKEHOUSE_REJECTIONS: 'halt' }).rejections).toBe('halt');
});

test('the metric namespace has a default', () => {
  expect(readIngestConfiguration(SET).metricNamespace).toBe('Lakehouse');
});

test.each<[Record<string, string | undefined>, string]>([
  [
    { LAKEHOUSE_BRONZE_TABLE: undefined },
    'LAKEHOUSE_BRONZE_TABLE is not set. Allowed: glue://<database>/<table>',
  ],
  [{ LAKEHOUSE_BRONZE_TABLE: '' }, 'LAKEHOUSE_BRONZE_TABLE is "". Allowed: glue://'],
  [
    { LAKEHOUSE_BRONZE_TABLE: 'glue://bronze' },
    'LAKEHOUSE_BRONZE_TABLE is "glue://bronze". Allowed: glue://',
  ],
  [
    { LAKEHOUSE_QUARANTINE_TABLE: '/data/orders' },
    'LAKEHOUSE_QUARANTINE_TABLE is "/data/orders". Allowed: glue://<database>/<table>, s3://<bucket>/<prefix>, gs://<bucket>/<prefix>',
  ],
  [{ LAKEHOUSE_QUARANTINE_TABLE: 'glue://bronze/orders' }, 'name the same table, "glue://bronze/orders"'],
  [{ LAKEHOUSE_REJECTIONS: 'drop' }, 'LAKEHOUSE_REJECTIONS is "drop". Allowed: quarantine, halt.'],
  [{ LAKEHOUSE_PRODUCT: undefined }, 'LAKEHOUSE_PRODUCT is not set'],
  [{ LAKEHOUSE_PRODUCT: '' }, 'LAKEHOUSE_PRODUCT is "". Allowed: 1 to 1024 printable ASCII characters'],
  [
    { LAKEHOUSE_METRIC_NAMESPACE: ':x' },
    'LAKEHOUSE_METRIC_NAMESPACE is ":x". Allowed: a CloudWatch namespace',
  ],
])('refuses %j', (change, message) => {
  const read = () => readIngestConfiguration({ ...SET, ...change });
  expect(read).toThrow(ConfigurationError);
  expect(read).toThrow(message);
});

describe('of the way to silver', () => {
  const REFINE = { ...SET, LAKEHOUSE_SILVER_TABLE: 'glue://silver/orders' };

  test('only bronze, silver and the product have to be set', () => {
    const { LAKEHOUSE_QUARANTINE_TABLE: _, ...least } = REFINE;
    expect(readRefineConfiguration(least)).toEqual({
      bronzeTable: 'glue://bronze/orders',
      silverTable: 'glue://silver/orders',
      maxIncrementBytes: 32 * 1024 * 1024,
      product: 'orders',
      metricNamespace: 'Lakehouse',
    });
    const all = {
      ...REFINE,
      LAKEHOUSE_TOMBSTONES_TABLE: 'glue://silver/orders_tombstones',
      LAKEHOUSE_QUALITY_TABLE: 'glue://silver/orders_quality',
      LAKEHOUSE_TASK_QUEUE: 'https://sqs.eu-central-1.amazonaws.com/123456789012/tasks.fifo',
      LAKEHOUSE_MAX_INCREMENT_BYTES: '1000',
    };
    expect(readRefineConfiguration(all)).toMatchObject({
      tombstonesTable: 'glue://silver/orders_tombstones',
      qualityTable: 'glue://silver/orders_quality',
      taskQueue: 'https://sqs.eu-central-1.amazonaws.com/123456789012/tasks.fifo',
      maxIncrementBytes: 1000,
    });
  });

  test.each<[Record<string, string>, string]>([
    [{ LAKEHOUSE_SILVER_TABLE: 'silver' }, 'LAKEHOUSE_SILVER_TABLE is "silver". Allowed: glue://'],
    [
      { LAKEHOUSE_SILVER_TABLE: 'glue://bronze/orders' },
      'LAKEHOUSE_BRONZE_TABLE and LAKEHOUSE_SILVER_TABLE name the same table, "glue://bronze/orders". Each needs its own.',
    ],
    [{ LAKEHOUSE_TASK_QUEUE: 'tasks' }, 'LAKEHOUSE_TASK_QUEUE is "tasks". Allowed: the URL of an SQS queue.'],
    [{ LAKEHOUSE_MAX_INCREMENT_BYTES: '0' }, 'Allowed: a whole number of bytes from 1.'],
    [{ LAKEHOUSE_MAX_INCREMENT_BYTES: '1e6' }, 'LAKEHOUSE_MAX_INCREMENT_BYTES is "1e6"'],
  ])('refuses %j', (change, message) => {
    expect(() => readRefineConfiguration({ ...REFINE, ...change })).toThrow(message);
  });
});

describe('of files', () => {
  const FILES = { ...SET, LAKEHOUSE_FILE_LEDGER: 's3://bronze-bucket/_ledger/bronze/orders/' };

  test.each<[Record<string, string>, number]>([
    [{ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512' }, 32],
    [{ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '2048' }, 128],
    [{ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '10240' }, 128],
    [{ LAKEHOUSE_ENGINE_MEMORY: '1024' }, 64],
    [{}, 32],
  ])('a batch is what fits the memory: %j', (memory, mebibytes) => {
    expect(readFileConfiguration({ ...FILES, ...memory }).batchBytes).toBe(mebibytes * 2 ** 20);
  });

  test.each(['LAKEHOUSE_FILE_LEDGER', 'LAKEHOUSE_FILE_FOLDER'])('%s is a folder', (variable) => {
    expect(() => readFileConfiguration({ ...FILES, [variable]: 's3://bucket/folder' })).toThrow(
      `${variable} is "s3://bucket/folder". Allowed: s3://<bucket>/<prefix>/, file:///<directory>/.`,
    );
  });
});
