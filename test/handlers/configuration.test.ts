import { ConfigurationError, readIngestConfiguration } from '../../lambda/configuration';

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
    'LAKEHOUSE_QUARANTINE_TABLE is "/data/orders". Allowed: glue://<database>/<table>, s3://<bucket>/<prefix>, file:///<directory>',
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
