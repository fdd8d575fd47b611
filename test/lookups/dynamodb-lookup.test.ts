import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { batchGetOf } from '../../lambda/lookups/dynamodb-items';
import { DynamoDbLookup, plainItem } from '../../lambda/lookups/dynamodb-lookup';
import { ExactNumber } from '../../lambda/formats/json/exact-json';
import { LookupRefused } from '../../lambda/pipeline/transform/lookup';
import { optional } from '../skip';
import { MOTO, type Moto, startMoto } from '../stores/moto';

const signal = new AbortController().signal;

describe('questions at the same moment', () => {
  const items = new Map([['1', { id: { S: '1' } }]]);

  test('are one request of a hundred keys at the most, each answered by its own item', async () => {
    const requests: number[] = [];
    const lookup = new DynamoDbLookup(async (keys) => {
      requests.push(keys.length);
      return { items, unprocessed: new Set<string>() };
    }, 'S');
    const answers = await Promise.all(Array.from({ length: 150 }, (_, i) => lookup.get(String(i), signal)));
    expect(requests).toEqual([100, 50]);
    expect(answers[1]).toEqual({ id: '1' });
    expect(answers.filter((answer) => answer !== null)).toHaveLength(1);
  });

  test('that were not processed fail, the others do not', async () => {
    const lookup = new DynamoDbLookup(async () => ({ items, unprocessed: new Set(['2']) }), 'S');
    const [first, second] = await Promise.allSettled([lookup.get('1', signal), lookup.get('2', signal)]);
    expect(first).toMatchObject({ value: { id: '1' } });
    expect(second).toMatchObject({ reason: { message: 'the table is throttled.' } });
  });

  test('are not failed by a key that can be none', async () => {
    const asked: string[] = [];
    const of = (type: 'S' | 'N') =>
      new DynamoDbLookup(async (keys) => {
        asked.push(...keys);
        return { items: new Map(), unprocessed: new Set<string>() };
      }, type);
    const keys = ['', 'x'.repeat(2049), '007', '1', '1.0', 'one'];
    const [text, number] = [of('S'), of('N')];
    const answers = keys.flatMap((key) => [text.get(key, signal), number.get(key, signal)]);
    expect(await Promise.all(answers)).toEqual(answers.map(() => null));
    expect(asked.sort()).toEqual(['007', '1', '1', '1.0', 'one']);
  });
});

test('an item is plain data with every digit', () => {
  expect(
    plainItem({
      name: { S: 'Ada' },
      small: { N: '1.5' },
      large: { N: '12345678901234567890' },
      exact: { N: '0.12345678901234567890123' },
      vip: { BOOL: true },
      none: { NULL: true },
      nested: { M: { list: { L: [{ N: '1' }, { S: 'a' }] } } },
      set: { SS: ['a'] },
      numbers: { NS: ['1'] },
      bytes: { B: new Uint8Array([1, 2]) },
    }),
  ).toEqual({
    name: 'Ada',
    small: 1.5,
    large: 12345678901234567890n,
    exact: new ExactNumber('0.12345678901234567890123'),
    vip: true,
    none: null,
    nested: { list: [1, 'a'] },
    set: ['a'],
    numbers: [1],
    bytes: 'AQI=',
  });
});

optional(MOTO)('a table of DynamoDB', () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
    const client = new DynamoDBClient({});
    for (const [TableName, AttributeType] of [
      ['names', 'S'],
      ['numbers', 'N'],
    ] as const) {
      await client.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        }),
      );
    }
    await client.send(
      new PutItemCommand({ TableName: 'names', Item: { id: { S: 'a' }, vip: { BOOL: true } } }),
    );
    await client.send(
      new PutItemCommand({ TableName: 'numbers', Item: { id: { N: '7' }, name: { S: 'seven' } } }),
    );
  });
  afterAll(() => moto.stop());

  const lookupIn = async (table: string, keyType: 'S' | 'N') =>
    new DynamoDbLookup(batchGetOf({ kind: 'dynamodb', table, keyAttribute: 'id', keyType }), keyType);

  test('answers by text and by number', async () => {
    const names = await lookupIn('names', 'S');
    expect(await Promise.all([names.get('a', signal), names.get('b', signal)])).toEqual([
      { id: 'a', vip: true },
      null,
    ]);
    const numbers = await lookupIn('numbers', 'N');
    expect(await Promise.all([numbers.get('7.0', signal), numbers.get('8', signal)])).toEqual([
      { id: 7, name: 'seven' },
      null,
    ]);
  });

  test('that is not there is not asked again', async () => {
    const nowhere = await lookupIn('nowhere', 'S');
    await expect(nowhere.get('a', signal)).rejects.toBeInstanceOf(LookupRefused);
    await expect(nowhere.get('a', signal)).rejects.toThrow(
      /DynamoDB table nowhere: ResourceNotFoundException/,
    );
  });
});
