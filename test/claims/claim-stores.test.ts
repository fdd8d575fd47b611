import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DirectoryClaims } from '../../lambda/claims/directory-claims';
import { DynamoDbClaims } from '../../lambda/claims/dynamodb-claims';
import { openClaims } from '../../lambda/claims/open-claims';
import type { Claim, ClaimStore } from '../../lambda/pipeline/deduplication/claims';
import { optional } from '../skip';
import { MOTO, type Moto, startMoto } from '../stores/moto';
import { oneAtATime } from '../stores/one-at-a-time';

const claim = (position: number, until = 1_000): Claim => ({
  lane: 'orders/shard-0',
  position: String(position),
  arrivedAt: 0,
  until,
});

/** What every store has to do. Two containers, each with a view of its own, of the same claims. */
function behavesAsAClaimStore(two: () => [ClaimStore, ClaimStore], clock: { now: number }): void {
  const heldOf = async (store: ClaimStore, key: string): Promise<readonly Claim[]> => {
    let found: readonly Claim[] = [];
    await store.change([key], (_key, held) => (found = held));
    return found;
  };
  const add = (store: ClaimStore, key: string, position: number, until?: number) =>
    store.change([key], (_key, held) => [...held, claim(position, until)]);

  beforeEach(() => (clock.now = 0));

  test('knows nothing of a key nobody changed', async () => {
    const [store] = two();
    expect(await heldOf(store, 'nobody')).toEqual([]);
    // Looking is no change.
    expect(await heldOf(store, 'nobody')).toEqual([]);
  });

  test('tells each container of what the other changed', async () => {
    const [one, other] = two();
    await add(one, 'shared', 1);
    await add(other, 'shared', 2);
    expect(await heldOf(one, 'shared')).toEqual([claim(1), claim(2)]);
  });

  test('takes claims away', async () => {
    const [one, other] = two();
    await add(one, 'released', 1);
    await other.change(['released'], () => []);
    expect(await heldOf(one, 'released')).toEqual([]);
    await add(one, 'released', 2);
    expect(await heldOf(other, 'released')).toEqual([claim(2)]);
  });

  test('holds nothing whose time is over, stored as it may be', async () => {
    const [one, other] = two();
    await add(one, 'old', 1, 100);
    await add(one, 'old', 2, 200);
    clock.now = 100;
    expect(await heldOf(other, 'old')).toEqual([claim(2, 200)]);
    clock.now = 200;
    expect(await heldOf(other, 'old')).toEqual([]);
    await add(other, 'old', 3, 300);
    expect(await heldOf(one, 'old')).toEqual([claim(3, 300)]);
  });

  test('has exactly one winner among writers at the same time', async () => {
    const stores = two();
    const won: number[] = [];
    await Promise.all(
      Array.from({ length: 10 }, async (_, i) => {
        let mine = false;
        await stores[i % 2].change(['race'], (_key, held) => {
          mine = held.length === 0;
          return mine ? [claim(i)] : held;
        });
        if (mine) won.push(i);
      }),
    );
    expect(won).toHaveLength(1);
    expect(await heldOf(stores[0], 'race')).toEqual([claim(won[0])]);
  });

  test('loses no change of many at the same time', async () => {
    const stores = two();
    await Promise.all(Array.from({ length: 6 }, (_, i) => add(stores[i % 2], 'many', i)));
    const positions = (await heldOf(stores[0], 'many')).map(({ position }) => Number(position));
    expect(positions.sort((a, b) => a - b)).toEqual(Array.from({ length: 6 }, (_, i) => i));
  });

  test('changes the keys of a batch each for itself', async () => {
    const [one, other] = two();
    const keys = Array.from({ length: 60 }, (_, i) => `batch-${i}`);
    await one.change(keys.slice(0, 35), () => [claim(1)]);
    const found: string[] = [];
    await other.change(keys, (key, held) => {
      if (held.length > 0) found.push(key);
      return held.length > 0 ? held : [claim(2)];
    });
    expect(new Set(found)).toEqual(new Set(keys.slice(0, 35)));
    expect(await heldOf(one, 'batch-59')).toEqual([claim(2)]);
  });
}

describe('a directory', () => {
  const clock = { now: 0 };
  let directory: string;
  beforeAll(() => (directory = mkdtempSync(join(tmpdir(), 'claims-'))));
  afterAll(() => rmSync(directory, { recursive: true }));
  const store = () => new DirectoryClaims(directory, () => clock.now);

  behavesAsAClaimStore(() => [store(), store()], clock);

  test('is what a file:// URI opens', async () => {
    expect(await openClaims(`file://${directory}`)).toBeInstanceOf(DirectoryClaims);
  });
});

test('a table that refuses for a moment is asked again', async () => {
  let asked = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const isRefused = ++asked < 3;
      response.writeHead(isRefused ? 400 : 200, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(isRefused ? '{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException"}' : '{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const given = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'testing',
    AWS_SECRET_ACCESS_KEY: 'testing',
  };
  const before = { ...process.env };
  Object.assign(process.env, given);
  try {
    await new DynamoDbClaims('events').change(['a'], () => [claim(1)]);
    expect(asked).toBe(3);
  } finally {
    process.env = before;
    server.closeAllConnections();
    server.close();
  }
});

optional(MOTO)('a table of DynamoDB', () => {
  const clock = { now: 0 };
  let moto: Moto;
  let serial: { endpoint: string; stop(): Promise<void> };
  beforeAll(async () => {
    moto = await startMoto();
    serial = await oneAtATime(moto.endpoint);
    process.env.AWS_ENDPOINT_URL = serial.endpoint;
    await new DynamoDBClient({}).send(
      new CreateTableCommand({
        TableName: 'events',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    );
  });
  afterAll(async () => {
    await serial.stop();
    await moto.stop();
  });
  const store = () => new DynamoDbClaims('events', () => clock.now);

  behavesAsAClaimStore(() => [store(), store()], clock);

  test('is what a dynamodb:// URI opens, and its items expire with their last claim', async () => {
    const opened = await openClaims('dynamodb://events');
    expect(opened).toBeInstanceOf(DynamoDbClaims);
    const until = Date.now() + 3_600_000;
    await opened.change(['expires'], () => [claim(1, until - 1000), claim(2, until)]);
    const { Item } = await new DynamoDBClient({}).send(
      new GetItemCommand({ TableName: 'events', Key: { id: { S: 'expires' } } }),
    );
    expect(Item?.expiration).toEqual({ N: String(Math.ceil(until / 1000)) });
  });
});
