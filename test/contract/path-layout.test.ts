import { PathLayout } from '../../lib/contract/path-layout';

const time = new Date('2024-10-01T04:05:06Z');

test.each<[string, Record<string, string>, string]>([
  ['events/year={yyyy}/month={MM}/day={dd}/', {}, 'events/year=2024/month=10/day=01/'],
  ['events/year={yyyy}/month={MM}/day={dd}/hour={HH}/', {}, 'events/year=2024/month=10/day=01/hour=04/'],
  [
    'processed/event_date={yyyy}-{MM}-{dd}/event_type={type}/',
    { type: 'play' },
    'processed/event_date=2024-10-01/event_type=play/',
  ],
  ['curated/sales/dt={yyyy}-{MM}-{dd}/', {}, 'curated/sales/dt=2024-10-01/'],
  ['landing/crm/date={yyyy}-{MM}-{dd}/', {}, 'landing/crm/date=2024-10-01/'],
  ['incoming/{source}/', { source: 'crm' }, 'incoming/crm/'],
  ['raw/crm/', {}, 'raw/crm/'],
  [
    'sensor-data/year={yyyy}/month={MM}/day={dd}/sensor_id={sensor_id}/',
    { sensor_id: '123' },
    'sensor-data/year=2024/month=10/day=01/sensor_id=123/',
  ],
  ['clicks/hourly/{yyyy}-{MM}-{dd}/{HH}/', {}, 'clicks/hourly/2024-10-01/04/'],
  [
    'raw/{event_type}/{yyyy}/{MM}/{dd}/{id}.json',
    { event_type: 'login', id: 'a-1' },
    'raw/login/2024/10/01/a-1.json',
  ],
])('%s', (pattern, fields, key) => {
  expect(new PathLayout(pattern).key({ time, fields })).toBe(key);
});

test('the date is that of UTC', () => {
  const layout = new PathLayout('dt={yyyy}-{MM}-{dd}/{HH}');
  expect(layout.key({ time: new Date('2024-12-31T23:30:00-05:00') })).toBe('dt=2025-01-01/04');
  expect(layout.key({ time: new Date('2025-01-01T00:30:00+05:30') })).toBe('dt=2024-12-31/19');
  expect(layout.key({ time: new Date('0099-01-02T00:00:00Z') })).toBe('dt=0099-01-02/00');
});

test('prefix, partition keys and fields are those of the pattern', () => {
  const layout = new PathLayout('raw/orders/dt={yyyy}-{MM}-{dd}/region={region}/{id}.json');
  expect(layout.prefix).toBe('raw/orders/');
  expect(layout.partitionKeys).toEqual(['dt', 'region']);
  expect(layout.fields).toEqual(['region', 'id']);
  expect(new PathLayout('{tenant}/x').prefix).toBe('');
  expect(new PathLayout('landing/').prefix).toBe('landing/');
});

test.each([
  ['a/b', 'a%2Fb'],
  ['..', '%2E%2E'],
  ['x=1', 'x%3D1'],
  ['100%', '100%25'],
  ['Zürich 1.2', 'Zürich 1.2'],
])('the value "%s" stays in its folder as %s', (value, escaped) => {
  expect(new PathLayout('raw/{v}/').key({ time, fields: { v: value } })).toBe(`raw/${escaped}/`);
});

test.each(['/raw/{id}', 'raw/{id', 'raw/id}', 'raw/{}', 'raw/{a b}', 'raw/{a{b}}'])(
  '"%s" is refused',
  (pattern) => {
    expect(() => new PathLayout(pattern)).toThrow(
      `"${pattern}" is not a path layout. Write folders without a leading slash`,
    );
  },
);

test('a value that is missing is named', () => {
  const layout = new PathLayout('raw/{event_type}/{id}.json');
  expect(() => layout.key({ time, fields: { id: '1' } })).toThrow(
    '"raw/{event_type}/{id}.json" needs a value for "event_type". Received: id.',
  );
  expect(() => layout.key({ time: new Date(NaN), fields: {} })).toThrow('received an invalid date');
});

/** What Firehose makes of an expression: Java's patterns of the time in UTC, and the keys of dynamic partitioning. */
function asFirehose(prefix: string, at: Date, keys: Record<string, string>): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const time: Record<string, string> = {
    yyyy: String(at.getUTCFullYear()),
    MM: two(at.getUTCMonth() + 1),
    dd: two(at.getUTCDate()),
    HH: two(at.getUTCHours()),
  };
  return prefix
    .replace(/!\{timestamp:([^}]+)\}/g, (_, format) => time[format])
    .replace(/!\{partitionKeyFromQuery:([^}]+)\}/g, (_, name) => keys[name]);
}

describe('as the prefix of a Firehose stream', () => {
  test.each([
    ['events/year={yyyy}/month={MM}/day={dd}/hour={HH}/', {}],
    ['processed/event_date={yyyy}-{MM}-{dd}/event_type={type}/', { type: 'play' }],
    ['sensor-data/year={yyyy}/month={MM}/day={dd}/sensor_id={sensor_id}/', { sensor_id: '123' }],
    ['clicks/hourly/{yyyy}-{MM}-{dd}/{HH}/', {}],
  ])('%s leads to the same folder, with the partition keys of Glue in their order', (pattern, fields) => {
    const layout = new PathLayout(pattern);
    const folder = asFirehose(layout.firehosePrefix(), time, fields);
    expect(folder).toBe(layout.key({ time, fields }));
    const keys = folder.split('/').flatMap((part) => (part.includes('=') ? [part.split('=')[0]] : []));
    expect(keys).toEqual(layout.partitionKeys);
  });

  test('it is written in Firehose’s own words', () => {
    expect(new PathLayout('e/dt={yyyy}-{MM}-{dd}/type={type}/').firehosePrefix()).toBe(
      'e/dt=!{timestamp:yyyy}-!{timestamp:MM}-!{timestamp:dd}/type=!{partitionKeyFromQuery:type}/',
    );
  });

  test('a layout that names objects is refused', () => {
    expect(() => new PathLayout('raw/{yyyy}/{id}.json').firehosePrefix()).toThrow(
      '"raw/{yyyy}/{id}.json" cannot be the prefix of a Firehose stream, which names its objects itself. ' +
        'Allowed: a folder, with a slash at the end.',
    );
  });
});
