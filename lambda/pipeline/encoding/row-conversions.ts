import type { ColumnValue, Conversion, RowRuntime } from '../../../lib/contract/handler-code/row-runtime';
import { ExactNumber, stringifyExact } from '../../formats/json/exact-json';
import { uuidBytes } from '../../tables/single-value';
import { jsonTypeOf } from '../drift/json-type';
import { type Rejection, RejectionCode } from '../record';
import { InstantConversions } from './convert-instants';
import { isMultiple, NumberConversions } from './convert-numbers';
import { describe } from './describe-value';
import { type ExtraFields, fieldPath } from './extra-fields';
import type { Refusal } from './refusal';

const UUID = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** What the code compiled from a contract is handed: conversions, reasons and the keeping of unknown fields. */
export class RowConversions implements RowRuntime {
  private readonly numbers: NumberConversions;
  private readonly instants: InstantConversions;
  readonly int: Conversion;
  readonly long: Conversion;
  readonly float: Conversion;
  readonly double: Conversion;
  /** Fields of the record at hand that the contract does not name. */
  unknownFields = 0;
  /** Whether the record at hand has something the contract does not expect, which is no reason to refuse it. */
  hasDrift = false;

  constructor(
    private readonly refusal: Refusal,
    private readonly extra: ExtraFields,
    private readonly contract: {
      readonly allowsUnknownFields: boolean;
      readonly expectsUnknownFields: boolean;
    },
  ) {
    this.numbers = new NumberConversions(refusal);
    this.instants = new InstantConversions(refusal);
    this.int = this.numbers.int;
    this.long = this.numbers.long;
    this.float = this.numbers.float;
    this.double = this.numbers.double;
  }

  beginRecord(): void {
    this.unknownFields = 0;
    this.hasDrift = false;
  }

  decimal(precision: number, scale: number): Conversion {
    return this.numbers.decimal(precision, scale);
  }

  timestamp(format: string | undefined, zone: string | undefined): Conversion {
    return this.instants.timestamp(format, zone);
  }

  date(format: string | undefined): Conversion {
    return this.instants.date(format);
  }

  time(format: string | undefined): Conversion {
    return this.instants.time(format);
  }

  fixed(length: number): Conversion {
    return (value) => {
      const bytes = this.binary(value);
      if (!(bytes instanceof Uint8Array) || bytes.length === length) return bytes;
      return this.refusal.outside(value, `base64 of exactly ${length} bytes`);
    };
  }

  readonly string: Conversion = (value) => this.refusal.wrong(value, 'text');

  readonly boolean: Conversion = (value) => this.refusal.wrong(value, 'true or false');

  readonly uuid: Conversion = (value) =>
    typeof value === 'string' && UUID.test(value)
      ? uuidBytes(value)
      : this.refusal.wrong(value, 'a UUID of 32 hexadecimal digits');

  readonly binary: Conversion = (value) =>
    typeof value === 'string' && BASE64.test(value)
      ? Buffer.from(value, 'base64')
      : this.refusal.wrong(value, 'bytes as base64 text');

  readonly jsonObject: Conversion = (value) =>
    this.isObject(value) ? this.json(value) : this.refusal.wrong(value, 'an object');

  readonly jsonArray: Conversion = (value) =>
    Array.isArray(value) ? this.json(value) : this.refusal.wrong(value, 'an array');

  bound(convert: Conversion, text: string, path: string): ColumnValue {
    const value = convert(text);
    if (value === undefined)
      throw new Error(`${this.refusal.at(path).message} This is a bound of the contract.`);
    return value;
  }

  isObject(value: unknown): value is Record<string, unknown> {
    return (
      typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
    );
  }

  codePoints(text: string): number {
    let count = 0;
    for (const _ of text) count++;
    return count;
  }

  isMultiple(value: ColumnValue, step: string): boolean {
    return isMultiple(value, step);
  }

  hasDuplicates(values: unknown[]): boolean {
    return new Set(values.map(stringifyExact)).size < values.length;
  }

  refuse(path: string): Rejection {
    return this.refusal.at(path);
  }

  missing(path: string, value: null | undefined): Rejection {
    const problem = value === undefined ? 'is missing' : 'is null';
    this.refusal.found = jsonTypeOf(value);
    return {
      code: RejectionCode.MISSING_REQUIRED,
      path,
      message: `${path}: the field ${problem}; the contract requires a value.`,
    };
  }

  criticalMissing(): void {
    this.hasDrift = true;
  }

  wrongType(path: string, value: unknown, expected: string): Rejection {
    this.refusal.wrong(value, expected);
    return this.refusal.at(path);
  }

  outOfRange(path: string, value: unknown, allowed: string): Rejection {
    this.refusal.outside(value, allowed);
    return this.refusal.at(path);
  }

  mismatch(path: string, value: unknown, pattern: string): Rejection {
    this.refusal.found = jsonTypeOf(value);
    return {
      code: RejectionCode.PATTERN_MISMATCH,
      path,
      message: `${path}: found ${describe(value)}, allowed: text that matches ${pattern}.`,
    };
  }

  unknown(
    record: Record<string, unknown>,
    known: ReadonlyMap<string, string | undefined>,
    path: string,
  ): Rejection | undefined {
    for (const key of Object.keys(record)) {
      if (known.has(key)) {
        const standsInFor = known.get(key);
        if (standsInFor === undefined || !Object.hasOwn(record, standsInFor)) continue;
      }
      const here = fieldPath(path, key);
      if (!this.contract.allowsUnknownFields) {
        return {
          code: RejectionCode.UNKNOWN_FIELD,
          path: here,
          message: `${here}: the contract does not name this field and allows no others. Known: ${[...known.keys()].slice(0, 30).join(', ')}.`,
        };
      }
      this.unknownFields++;
      if (!this.contract.expectsUnknownFields) this.hasDrift = true;
      this.extra.add(here, record[key]);
    }
    return undefined;
  }

  private json(value: unknown): string | undefined {
    if (!this.refusal.keepsDigits) {
      this.refusal.wantsExact();
      return undefined;
    }
    return stringifyExact(value);
  }
}
