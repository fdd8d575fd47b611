import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DynamoDbPlace } from '../../lib/contract/transform-settings';
import { recordNumber } from '../formats/json/record-numbers';
import { JSON_INTEGER, JSON_NUMBER } from '../formats/values/decimal';
import type { LookupSource } from '../pipeline/transform/lookup';

/** Keys of one BatchGetItem at the most. */
const LARGEST_BATCH = 100;

interface Question {
  readonly key: string;
  readonly signal: AbortSignal;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Reads items by their keys: those that were found, and the keys that were not looked up. */
export type BatchGet = (
  keys: readonly string[],
  signal: AbortSignal,
) => Promise<{ readonly items: ReadonlyMap<string, Item>; readonly unprocessed: ReadonlySet<string> }>;

export type Item = Record<string, AttributeValue>;

/** Items of a DynamoDB table. The keys that are asked for at the same moment are fetched together. */
export class DynamoDbLookup implements LookupSource {
  private questions: Question[] = [];

  constructor(
    private readonly batchGet: BatchGet,
    private readonly keyType: DynamoDbPlace['keyType'],
  ) {}

  async get(text: string, signal: AbortSignal): Promise<unknown> {
    // What can be no key is in no item, and in a batch it would fail the questions beside it.
    const key = keyOf(text, this.keyType);
    if (key === undefined) return null;
    return new Promise((resolve, reject) => {
      this.questions.push({ key, signal, resolve, reject });
      if (this.questions.length === LARGEST_BATCH) this.send();
      // After every record that is ready to ask has asked.
      else if (this.questions.length === 1) setImmediate(() => this.send());
    });
  }

  private send(): void {
    const questions = this.questions;
    this.questions = [];
    if (questions.length > 0) void this.answer(questions);
  }

  private async answer(questions: readonly Question[]): Promise<void> {
    try {
      const keys = [...new Set(questions.map(({ key }) => key))];
      // They began together and have the same time: the first to be aborted stands for all.
      const { items, unprocessed } = await this.batchGet(keys, questions[0].signal);
      for (const { key, resolve, reject } of questions) {
        const item = items.get(key);
        if (item !== undefined) resolve(plainItem(item));
        else if (unprocessed.has(key)) reject(new Error('the table is throttled.'));
        else resolve(null);
      }
    } catch (error) {
      for (const { reject } of questions) reject(error);
    }
  }
}

const LONGEST_KEY_BYTES = 2048;

/** A key as DynamoDB compares it; undefined for what it takes for none. */
export function keyOf(text: string, keyType: DynamoDbPlace['keyType']): string | undefined {
  if (keyType === 'S') return text !== '' && Buffer.byteLength(text) <= LONGEST_KEY_BYTES ? text : undefined;
  if (JSON_INTEGER.test(text) && text.length <= 38) return String(BigInt(text));
  return JSON_NUMBER.test(text) && text.length <= 38 ? String(Number(text)) : undefined;
}

/** An item as plain data, its numbers as those of records. */
export function plainItem(item: Item): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: AttributeValue): unknown {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return recordNumber(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.M !== undefined) return plainItem(value.M);
  if (value.L !== undefined) return value.L.map(plainValue);
  if (value.SS !== undefined) return value.SS;
  if (value.NS !== undefined) return value.NS.map(recordNumber);
  if (value.B !== undefined) return Buffer.from(value.B).toString('base64');
  if (value.BS !== undefined) return value.BS.map((bytes) => Buffer.from(bytes).toString('base64'));
  return null;
}
