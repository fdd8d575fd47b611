import type { Conversion, RecordField } from '../../../lib/contract/handler-code/row-runtime';
import { stringifyExact } from '../../formats/json/exact-json';
import type { TableRow } from '../../rows/read-rows';
import { DriftObserver } from '../drift/drift-observer';
import type { CompiledContractModule } from '../encoding/contract-encoder';
import { ExtraFields } from '../encoding/extra-fields';
import { NOWHERE_TO_WRITE } from '../encoding/nowhere';
import { Refusal } from '../encoding/refusal';
import { RowConversions } from '../encoding/row-conversions';
import type { Rejection } from '../record';
import type { InputContract, InputReading } from './record-transform';
import { isGivenAsItCame, recordValue } from './record-values';

type Reader = (value: unknown) => unknown;

/**
 * Holds a record against the contract of a transform's input, and gives it the form the contract's types promise:
 * fields by the names of the contract, numbers that came as text as numbers, instants as ISO 8601 text. Fields that
 * are absent are null; fields the contract does not name stay as they came.
 */
export class ContractInput implements InputContract {
  private readonly refusal = new Refusal();
  private readonly extra = new ExtraFields();
  private readonly conversions: RowConversions;
  private readonly observer: DriftObserver;
  private readonly check: (record: object) => unknown;
  private readonly toRow: Reader;
  private readonly toColumns: Reader;

  constructor(compiled: CompiledContractModule) {
    const conversions = new RowConversions(this.refusal, this.extra, compiled);
    this.conversions = conversions;
    this.observer = new DriftObserver(compiled);
    const writeRow = compiled.rowWriter(conversions);
    this.check = (record) => writeRow(record, NOWHERE_TO_WRITE);
    this.toRow = objectReader(compiled.fields, conversions);
    this.toColumns = columnsReader(compiled.fields, conversions);
  }

  read(record: object): InputReading {
    this.conversions.beginRecord();
    const reason = this.reasonAgainst(record);
    if (reason !== undefined) {
      this.observer.rejected(reason, this.refusal.found, record);
      const rejection = { ...reason, message: `Before the transform: ${reason.message}` };
      return { rejection, drift: this.observer.take() };
    }
    const row = this.toRow(record) as object;
    if (!this.conversions.hasDrift) return { row };
    this.observer.accepted(record);
    return { row, drift: this.observer.take() };
  }

  /** A row a transform gave as the columns of a table, without fields that have none; or why the contract refuses it. */
  columns(
    row: object,
  ): { readonly row: TableRow } | { readonly row?: undefined; readonly reason: Rejection } {
    const reason = this.reasonAgainst(row);
    return reason === undefined ? { row: this.toColumns(row) as TableRow } : { reason };
  }

  private reasonAgainst(record: object): Rejection | undefined {
    this.extra.clear();
    this.refusal.begin('', true);
    return this.check(record) as Rejection | undefined;
  }
}

function objectReader(fields: readonly RecordField[], conversions: RowConversions): Reader {
  const readers = fields.map((field) => ({ ...field, read: reader(field, conversions) }));
  return (value) => {
    const rest = { ...(value as Record<string, unknown>) };
    const row: Record<string, unknown> = {};
    for (const { name, alias, read } of readers) {
      const key = Object.hasOwn(rest, name) || alias === undefined ? name : alias;
      const found = Object.hasOwn(rest, key) ? rest[key] : undefined;
      delete rest[key];
      row[name] = found === undefined || found === null ? null : read(found);
    }
    return Object.assign(row, rest);
  };
}

function columnsReader(fields: readonly RecordField[], conversions: RowConversions): Reader {
  const readers = fields.map((field) => ({ ...field, read: columnReader(field, conversions) }));
  return (value) => {
    const record = value as Record<string, unknown>;
    const row: TableRow = {};
    for (const { name, alias, column, read } of readers) {
      const key = Object.hasOwn(record, name) || alias === undefined ? name : alias;
      const found = Object.hasOwn(record, key) ? record[key] : null;
      row[column] = found === undefined || found === null ? null : read(found);
    }
    return row;
  };
}

function columnReader(field: RecordField, conversions: RowConversions): Reader {
  if (field.fields !== undefined) return columnsReader(field.fields, conversions);
  if (field.element !== undefined) {
    const element = columnReader(field.element, conversions);
    return (value) => (value as unknown[]).map((item) => (item === null ? null : element(item)));
  }
  return conversionOf(field.type ?? '', field, conversions);
}

function reader(field: RecordField, conversions: RowConversions): Reader {
  if (field.fields !== undefined) return objectReader(field.fields, conversions);
  if (field.element !== undefined) {
    const element = reader(field.element, conversions);
    return (value) => (value as unknown[]).map((item) => (item === null ? null : element(item)));
  }
  if (isGivenAsItCame(field)) return (value) => value;
  const type = field.type ?? '';
  const convert = conversionOf(type, field, conversions);
  return (value) => {
    const converted = convert(value);
    return converted === undefined ? value : recordValue(converted, type);
  };
}

function conversionOf(type: string, { format, zone }: RecordField, conversions: RowConversions): Conversion {
  const [, kind, precision, scale] = /^([a-z]+)(?:\((\d+),\s*(\d+)\))?/.exec(type) ?? [];
  switch (kind) {
    case 'int':
      return conversions.int;
    case 'long':
      return conversions.long;
    case 'float':
      return conversions.float;
    case 'double':
      return conversions.double;
    case 'decimal':
      return conversions.decimal(Number(precision), Number(scale));
    case 'date':
      return conversions.date(format);
    case 'time':
      return conversions.time(format);
    case 'timestamp':
    case 'timestamptz':
      return conversions.timestamp(format, zone);
    case 'string':
    case 'boolean':
      return (value) => value as string | boolean;
    case 'uuid':
      return conversions.uuid;
    case 'binary':
    case 'fixed':
      return conversions.binary;
    case 'json':
      return stringifyExact;
    default:
      throw new Error(`No record can hold a value of type ${type}.`);
  }
}
