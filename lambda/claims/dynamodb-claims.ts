import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb';
import { DEDUPLICATION_KEY, DEDUPLICATION_EXPIRY } from '../../lib/contract/deduplication-settings';
import type { Claim, ClaimStore, Decision } from '../pipeline/deduplication/claims';

/** Requests under way at the same time: as many as the client keeps connections. */
const AT_ONCE = 50;
/** Changes of others to one key in a row; each of them is a claim of the same event. */
const MAX_ATTEMPTS = 100;

type Item = Record<string, AttributeValue>;

/**
 * Claims as items of a DynamoDB table, an item for each event. The usual case, an event nobody has claimed, is one
 * conditional put; where the condition fails, the answer brings the item that was in the way.
 */
export class DynamoDbClaims implements ClaimStore {
  private readonly client: DynamoDBClient;

  constructor(
    private readonly table: string,
    private readonly now: () => number = Date.now,
  ) {
    // A table that grows with its load refuses some of it at first: with backoff and jitter, as the SDK does it.
    this.client = new DynamoDBClient({ maxAttempts: 10 });
  }

  async change(keys: readonly string[], decide: Decision): Promise<void> {
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < keys.length) await this.changeOne(keys[next++], decide);
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, keys.length) }, work));
  }

  private async changeOne(key: string, decide: Decision): Promise<void> {
    // Nobody's, until DynamoDB says otherwise.
    let item: Item | undefined;
    let isKnown = false;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const held = this.claimsOf(item);
      const claims = decide(key, held);
      if (claims === held) {
        if (isKnown) return;
        item = await this.read(key);
      } else {
        const inTheWay = await this.put(key, claims, item);
        if (inTheWay === undefined) return;
        // The answer of a put that was repeated may have been lost: then the item in the way is its own.
        item = Object.keys(inTheWay).length > 0 ? inTheWay : await this.read(key);
      }
      isKnown = true;
    }
    throw new Error(`Others changed the claims of one event ${MAX_ATTEMPTS} times in a row.`);
  }

  /** Undefined when the claims were put, otherwise what is there. */
  private async put(
    key: string,
    claims: readonly Claim[],
    before: Item | undefined,
  ): Promise<Item | undefined> {
    const latest = Math.max(this.now(), ...claims.map(({ until }) => until));
    try {
      await this.client.send(
        new PutItemCommand({
          TableName: this.table,
          Item: {
            [DEDUPLICATION_KEY]: { S: key },
            claims: { S: JSON.stringify(claims) },
            version: { N: String(BigInt(before?.version?.N ?? '0') + 1n) },
            [DEDUPLICATION_EXPIRY]: { N: String(Math.ceil(latest / 1000)) },
          },
          ...(before === undefined
            ? {
                ConditionExpression: 'attribute_not_exists(#key)',
                ExpressionAttributeNames: { '#key': DEDUPLICATION_KEY },
              }
            : {
                ConditionExpression: '#version = :version',
                ExpressionAttributeNames: { '#version': 'version' },
                ExpressionAttributeValues: { ':version': before.version },
              }),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return undefined;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return error.Item ?? {};
      throw error;
    }
  }

  private async read(key: string): Promise<Item | undefined> {
    const { Item: item } = await this.client.send(
      new GetItemCommand({
        TableName: this.table,
        Key: { [DEDUPLICATION_KEY]: { S: key } },
        ConsistentRead: true,
      }),
    );
    return item;
  }

  /** DynamoDB deletes what has expired within days: until then it is told by its time. */
  private claimsOf(item: Item | undefined): readonly Claim[] {
    const claims = JSON.parse(item?.claims?.S ?? '[]') as Claim[];
    const now = this.now();
    return claims.filter(({ until }) => until > now);
  }
}
