import { parseRecord } from '../../formats/json/record-numbers';
import type { DriftCounts } from '../drift/drift-counts';
import { invalidJson, notAnObject, RecordDecoder } from '../encoding/decode-record';
import { findLoneSurrogate } from '../encoding/lone-surrogate';
import { type Rejection, RejectionCode, type SourceRecord } from '../record';
import { copyRow, NotARow } from './copy-row';
import type { TransformContext, TransformFunction } from './transform-function';

/** What became of one record: rows, none when it was dropped; or why it is to be quarantined. */
export type TransformOutcome = (
  { readonly rows: readonly object[]; readonly rejection?: undefined } | { readonly rejection: Rejection }
) & {
  /** How the record differs from the contract of the transform's input. Undefined where it does not. */
  readonly drift?: DriftCounts;
};

/** A lookup by its name. */
export type Lookups = ReadonlyMap<string, { get(key: string): Promise<unknown> }>;

/** What the contract of the input makes of a record. */
export type InputReading = ({ readonly row: object } | { readonly rejection: Rejection }) &
  Pick<TransformOutcome, 'drift'>;

/** What a record has to be before a transform sees it. */
export interface InputContract {
  /** The record in the form its contract gives it, or why it breaks the contract. */
  read(record: object): InputReading;
}

/** Where a record came from. */
export type Origin = Pick<SourceRecord, 'lane' | 'position' | 'arrivedAt'>;

export interface RecordTransformOptions {
  readonly transform: TransformFunction;
  readonly lookups: Lookups;
  /** Longest time an asynchronous transform may take for one record. */
  readonly timeoutMilliseconds: number;
  readonly input?: InputContract;
}

/** Records whose transforms wait for something at the same time. */
const AT_ONCE = 200;
const LONGEST_MESSAGE = 1000;

/** Runs a user's function over records, each for itself: what goes wrong with one touches no other. */
export class RecordTransform {
  private readonly decoder = new RecordDecoder();

  constructor(private readonly options: RecordTransformOptions) {}

  /** The outcome of each record. The function may be at several records at once, but begins them in order. */
  async outcomes(records: readonly SourceRecord[]): Promise<Map<SourceRecord, TransformOutcome>> {
    const outcomes = await someAtOnce(records, (record) => this.outcome(record));
    return new Map(records.map((record, i) => [record, outcomes[i]]));
  }

  /** The outcomes of rows that have been read already, in their order. */
  async ofRows(rows: readonly { row: object; origin: Origin }[]): Promise<TransformOutcome[]> {
    return someAtOnce(rows, ({ row, origin }) => this.ofRow(row, origin));
  }

  private outcome(record: SourceRecord): TransformOutcome | Promise<TransformOutcome> {
    const read = this.read(record);
    if ('rejection' in read) return read;
    const outcome = this.ofRow(read.row, record);
    const { drift } = read;
    if (drift === undefined) return outcome;
    return outcome instanceof Promise
      ? outcome.then((settled) => ({ ...settled, drift }))
      : { ...outcome, drift };
  }

  private ofRow(row: object, origin: Origin): TransformOutcome | Promise<TransformOutcome> {
    const { transform, lookups } = this.options;
    const context = new RecordContext(origin, lookups);
    try {
      const result = transform(row, context);
      return isThenable(result) ? this.inTime(result, context) : outcomeOf(result);
    } catch (error) {
      return { rejection: failure(error) };
    }
  }

  private async inTime(result: PromiseLike<unknown>, context: RecordContext): Promise<TransformOutcome> {
    const { timeoutMilliseconds } = this.options;
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const error = new Error(`It took longer than ${timeoutMilliseconds} ms.`);
        context.abort(error);
        reject(error);
      }, timeoutMilliseconds);
    });
    try {
      return outcomeOf(await Promise.race([result, tooLate]));
    } catch (error) {
      return { rejection: failure(error) };
    } finally {
      clearTimeout(timer);
    }
  }

  private read({ data }: SourceRecord): InputReading {
    const undecodable = this.decoder.decode(data);
    if (undecodable) return { rejection: undecodable };
    const text = this.decoder.decoded;
    let row: unknown;
    try {
      row = parseRecord(text);
    } catch (error) {
      return { rejection: invalidJson(text, error) };
    }
    if (typeof row !== 'object' || row === null || Array.isArray(row)) return { rejection: notAnObject(row) };
    try {
      const rejection = findLoneSurrogate(row, text);
      return rejection ? { rejection } : (this.options.input?.read(row) ?? { row });
    } catch (error) {
      if (error instanceof RangeError)
        return {
          rejection: {
            code: RejectionCode.NOT_ALLOWED,
            message: 'The record nests objects or arrays too deep.',
          },
        };
      throw error;
    }
  }
}

/** Results in the order of the items, begun in that order, waited for a few at a time. */
async function someAtOnce<Item, Result>(
  items: readonly Item[],
  begin: (item: Item) => Result | Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < items.length) {
      const i = next++;
      const result = begin(items[i]);
      results[i] = result instanceof Promise ? await result : result;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results;
}

class RecordContext implements TransformContext {
  readonly lane: string;
  readonly position: string;
  readonly arrivedAt: number;
  private controller?: AbortController;

  constructor(
    { lane, position, arrivedAt }: Origin,
    private readonly lookups: Lookups,
  ) {
    this.lane = lane;
    this.position = position;
    this.arrivedAt = arrivedAt;
  }

  /** Made when it is asked for: most functions never do. */
  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    return this.controller.signal;
  }

  abort(reason: Error): void {
    this.controller?.abort(reason);
  }

  // An arrow function, so that `const { lookup } = context` works.
  readonly lookup = async (name: string, key: unknown): Promise<unknown> => {
    const lookup = this.lookups.get(name);
    if (lookup === undefined) {
      const declared = [...this.lookups.keys()].join(', ');
      throw new Error(
        `No lookup is called "${name}". ${declared === '' ? 'None is declared.' : `Declared: ${declared}.`}`,
      );
    }
    if (key === null || key === undefined) return null;
    return lookup.get(keyText(key, name));
  };
}

function keyText(key: unknown, name: string): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'number' || typeof key === 'bigint') return String(key);
  throw new Error(`The key for the lookup "${name}" is a ${typeof key}; text or a number is expected.`);
}

/** @throws NotARow */
function outcomeOf(result: unknown): TransformOutcome {
  if (result === null || result === undefined) return { rows: [] };
  if (!Array.isArray(result)) return { rows: [rowOf(result)] };
  const rows: object[] = [];
  for (let i = 0; i < result.length; i++) {
    const item: unknown = result[i];
    if (item !== null && item !== undefined) rows.push(rowOf(item, `[${i}]`));
  }
  return { rows };
}

/** @param place of the row among several */
function rowOf(value: unknown, place = ''): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Date) {
    throw new NotARow(`it gave ${kindOf(value)}; an object is expected`, place === '' ? undefined : place);
  }
  return copyRow(value, place);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  return value instanceof Date ? 'a Date' : `a ${typeof value}`;
}

/** The message is the user's own, so that they know which of their errors it is; a stack would be of no use to them. */
function failure(error: unknown): Rejection {
  const path = error instanceof NotARow ? error.path : undefined;
  const message = `The transform failed${path === undefined ? '' : ` at ${path}`}: ${messageOf(error)}`;
  return {
    code: RejectionCode.TRANSFORM_FAILED,
    ...(path === undefined ? {} : { path }),
    message: message.length <= LONGEST_MESSAGE ? message : `${message.slice(0, LONGEST_MESSAGE)}…`,
  };
}

function messageOf(error: unknown): string {
  try {
    if (error instanceof NotARow) return `${error.message}.`;
    if (!(error instanceof Error)) return String(error);
    const { name, message } = error;
    return name === 'Error' ? message : `${name}: ${message}`;
  } catch {
    return 'what it threw cannot be read.';
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}
