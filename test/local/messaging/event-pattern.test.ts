import { EventPattern, UnusablePattern } from '../../../lib/local/messaging/event-pattern';
import type { Json, JsonObject } from '../../../lib/local/template/json';

const COMMIT: JsonObject = {
  source: 'aws.glue',
  'detail-type': 'Glue Data Catalog Table State Change',
  detail: {
    databaseName: 'lake_bronze',
    tableName: 'orders',
    typeOfChange: 'UpdateTable',
    changedPartitions: [],
    rows: 12.5,
    late: false,
    owner: null,
    tags: ['daily', 'eu'],
    columns: [{ name: 'id' }, { name: 'at', type: 'timestamp' }],
  },
};

const matches = (pattern: JsonObject): boolean => new EventPattern(pattern).matches(COMMIT);
const detail = (field: string, ...expected: Json[]): boolean => matches({ detail: { [field]: expected } });

describe('EventPattern', () => {
  it.each<[string, boolean, Json[]]>([
    ['tableName', true, ['orders']],
    ['tableName', true, ['flights', 'orders']],
    ['tableName', false, ['order']],
    ['tableName', false, ['Orders']],
    ['tableName', true, [{ 'equals-ignore-case': 'ORDERS' }]],
    ['tableName', true, [{ prefix: 'ord' }]],
    ['tableName', false, [{ prefix: 'rd' }]],
    ['tableName', true, [{ prefix: { 'equals-ignore-case': 'ORD' } }]],
    ['tableName', true, [{ suffix: 'ers' }]],
    ['tableName', false, [{ suffix: 'er' }]],
    ['tableName', false, [{ 'anything-but': 'orders' }]],
    ['tableName', true, [{ 'anything-but': ['flights', 'movies'] }]],
    ['tableName', false, [{ 'anything-but': ['flights', 'orders'] }]],
    ['tableName', false, [{ 'anything-but': { prefix: 'ord' } }]],
    ['tableName', true, [{ 'anything-but': { suffix: '_quality' } }]],
    ['rows', true, [12.5]],
    ['rows', false, ['12.5']],
    ['rows', true, [{ numeric: ['>', 12, '<=', 12.5] }]],
    ['rows', false, [{ numeric: ['>', 12, '<', 12.5] }]],
    ['rows', true, [{ numeric: ['=', 12.5] }]],
    ['tableName', false, [{ numeric: ['>', 0] }]],
    ['late', true, [false]],
    ['owner', true, [null]],
    ['tableName', true, [{ exists: true }]],
    ['tableName', false, [{ exists: false }]],
    ['absent', true, [{ exists: false }]],
    ['absent', false, [{ exists: true }]],
    ['absent', false, ['orders']],
    ['absent', false, [{ 'anything-but': 'orders' }]],
    ['absent', true, ['orders', { exists: false }]],
    // Only values can be matched: an object and an empty list have none.
    ['columns', false, [{ exists: true }]],
    ['changedPartitions', false, [{ exists: true }]],
    // Of a list any value.
    ['tags', true, ['eu']],
    ['tags', false, ['us']],
  ])('%s: %p of %j', (field, expected, values) => {
    expect(detail(field, ...values)).toBe(expected);
  });

  it('wants every field, at every depth', () => {
    const pattern = {
      source: ['aws.glue'],
      detail: { databaseName: ['lake_bronze'], tableName: ['orders'] },
    };
    expect(matches(pattern)).toBe(true);
    expect(matches({ ...pattern, source: ['aws.s3'] })).toBe(false);
    expect(matches({ ...pattern, detail: { ...pattern.detail, tableName: ['flights'] } })).toBe(false);
    expect(matches({ detail: { columns: { type: ['timestamp'] } } })).toBe(true);
    expect(matches({ detail: { columns: { type: ['date'] } } })).toBe(false);
    expect(matches({ detail: { tableName: { deeper: ['x'] } } })).toBe(false);
    expect(matches({ other: { deeper: [{ exists: false }] } })).toBe(true);
  });

  it('takes one of several alternatives', () => {
    const either = (...tables: string[]): boolean =>
      matches({ detail: { late: [false], $or: tables.map((table) => ({ tableName: [table] })) } });
    expect(either('movies', 'orders')).toBe(true);
    expect(either('movies', 'flights')).toBe(false);
  });

  it.each<[string, JsonObject, RegExp]>([
    [
      'an operator it does not know',
      { source: [{ cidr: 'aws.*' }] },
      /at source: \{"cidr":"aws\.\*"\} is not one/,
    ],
    ['one that is called like a method', { source: [{ toString: 'x' }] }, /at source/],
    ['two operators at once', { detail: { a: [{ prefix: 'a', suffix: 'b' }] } }, /at detail\.a/],
    [
      'a value that is no list',
      { detail: { tableName: 'orders' } },
      /at detail\.tableName: a field is matched by a list/,
    ],
    ['an empty list', { source: [] }, /at source: .*not empty/],
    ['a number for text', { source: [{ prefix: 5 }] }, /"prefix" takes text\. Given: 5/],
    ['text for a number', { a: [{ numeric: ['>', '5'] }] }, /one or two pairs/],
    ['half a range', { a: [{ numeric: ['>', 5, '<'] }] }, /one or two pairs/],
    ['exists as text', { a: [{ exists: 'true' }] }, /true or false/],
    ['one alternative', { $or: [{ a: ['x'] }] }, /two or more/],
    ['nothing to exclude', { a: [{ 'anything-but': [] }] }, /excludes nothing/],
  ])('refuses %s', (_what, pattern, message) => {
    expect(() => new EventPattern(pattern)).toThrow(UnusablePattern);
    expect(() => new EventPattern(pattern)).toThrow(message);
  });
});
