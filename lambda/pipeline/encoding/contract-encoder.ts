import type {
  CompiledLeaf,
  RecordField,
  RowColumn,
  RowRuntime,
  RowTarget,
  RowWriter,
} from '../../../lib/contract/handler-code/row-runtime';
import { parquetCompression } from '../../../lib/contract/table-properties';
import { parseExact } from '../../formats/json/exact-json';
import { type Column, ParquetFile } from '../../formats/parquet';
import type { BatchEncoder, CompiledContract, EncodedFile, EncodingTarget } from '../batch-encoder';
import { DriftObserver } from '../drift/drift-observer';
import type { DriftCounts } from '../drift/drift-counts';
import { jsonTypeOf } from '../drift/json-type';
import { type Rejection, RejectionCode, type SourceRecord } from '../record';
import { invalidJson, notAnObject, RecordDecoder } from './decode-record';
import { ExtraFields, fieldPath } from './extra-fields';
import { findLoneSurrogate } from './lone-surrogate';
import { NOWHERE, NOWHERE_TO_WRITE } from './nowhere';
import { PartitionedFiles } from './partitioned-files';
import { Refusal } from './refusal';
import { RowConversions } from './row-conversions';
import { type TargetColumns, targetColumns, type UnfilledColumn } from './target-columns';

/** The module `compileContract` writes. */
export interface CompiledContractModule {
  readonly contract: CompiledContract;
  readonly leaves: readonly CompiledLeaf[];
  readonly allowsUnknownFields: boolean;
  readonly expectsUnknownFields: boolean;
  readonly fields: readonly RecordField[];
  rowWriter(runtime: RowRuntime): RowWriter;
}

/**
 * An encoder for one batch.
 *
 * @throws Error when the table cannot hold what the contract allows: a NOT NULL column the contract does not fill
 */
export function createBatchEncoder(compiled: CompiledContractModule, target: EncodingTarget): BatchEncoder {
  return new ContractEncoder(compiled, target);
}

/** The file of one partition with its columns by the part they play. */
interface RowFile {
  readonly file: ParquetFile;
  /** Buffers of the contract's leaves; those the table lacks end here and are not written. */
  readonly contractColumns: readonly RowColumn[];
}

class ContractEncoder implements BatchEncoder, RowTarget {
  accepted = 0;
  unknownFields = 0;
  readonly slots: number[];
  private readonly decoder = new RecordDecoder();
  private readonly refusal = new Refusal();
  private readonly extra = new ExtraFields();
  private readonly conversions: RowConversions;
  private readonly observer: DriftObserver;
  private readonly writeRow: RowWriter;
  private readonly places: TargetColumns;
  private readonly files: PartitionedFiles<RowFile>;
  private readonly technicalSlots: Record<'lane' | 'position' | 'arrivedAt', number>;
  private current: RowFile | undefined;
  /** Whether buffers were touched for the record at hand: from there on it must be written whole. */
  private isWriting = false;
  private extraJson: string | undefined;

  constructor(
    compiled: CompiledContractModule,
    private readonly target: EncodingTarget,
  ) {
    this.places = targetColumns(compiled.contract, compiled.leaves, target);
    this.conversions = new RowConversions(this.refusal, this.extra, compiled);
    this.observer = new DriftObserver(compiled);
    this.writeRow = compiled.rowWriter(this.conversions);
    this.files = new PartitionedFiles(target, () => this.openFile());
    const fieldIds = new ParquetFile(target.schema).leaves.map((leaf) => leaf.fieldId);
    const slotOf = (place: number): number => (place < 0 ? -1 : this.files.sources.indexOf(fieldIds[place]));
    this.slots = this.places.placeOf.map(slotOf);
    this.technicalSlots = {
      lane: slotOf(this.places.lane),
      position: slotOf(this.places.position),
      arrivedAt: slotOf(this.places.arrivedAt),
    };
  }

  get partitioned(): boolean {
    return this.files.isPartitioned;
  }

  get partitionValues(): PartitionedFiles<RowFile>['values'] {
    return this.files.values;
  }

  get columns(): readonly RowColumn[] {
    this.isWriting = true;
    return (this.current ??= this.files.select()).contractColumns;
  }

  get hasExtra(): boolean {
    return !this.extra.isEmpty;
  }

  select(): readonly RowColumn[] {
    this.current = this.files.select();
    this.isWriting = true;
    return this.current.contractColumns;
  }

  sealExtra(): unknown {
    if (!this.refusal.keepsDigits && this.refusal.wantsExact()) return this.refusal;
    this.extraJson = this.extra.toJson();
    return undefined;
  }

  add(record: SourceRecord): Rejection | undefined {
    const undecodable = this.decoder.decode(record.data);
    if (undecodable) return undecodable;
    const text = this.decoder.decoded;
    let row: unknown;
    try {
      row = JSON.parse(text);
    } catch (error) {
      return invalidJson(text, error);
    }
    if (typeof row !== 'object' || row === null || Array.isArray(row)) {
      return this.rejected(notAnObject(row), jsonTypeOf(row));
    }
    try {
      return this.addRow(record, row, text, false);
    } catch (error) {
      // The stack's end, met while a deeply nested value is written as JSON.
      if (!(error instanceof RangeError) || this.isWriting) throw error;
      return {
        code: RejectionCode.NOT_ALLOWED,
        message: 'The record nests objects or arrays too deep to be kept as JSON text.',
      };
    }
  }

  addRows(record: SourceRecord, rows: readonly object[]): Rejection | undefined {
    // All of them or none: what is written cannot be taken back.
    if (rows.length > 1) {
      for (let i = 0; i < rows.length; i++) {
        const reason = this.check(rows[i]);
        if (reason !== undefined) {
          this.rejected(reason, this.refusal.found, rows[i]);
          return { ...reason, message: `Row ${i + 1} of ${rows.length}: ${reason.message}` };
        }
      }
    }
    for (const row of rows) {
      const reason = this.addRow(record, row, '', true);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  get drift(): DriftCounts {
    return this.observer.counts;
  }

  finish(): EncodedFile[] {
    return this.files.finish();
  }

  /** Why the contract refuses a row, without writing it. */
  private check(row: object): Rejection | undefined {
    this.extra.clear();
    this.refusal.begin('', true);
    return this.writeRow(row, NOWHERE_TO_WRITE) as Rejection | undefined;
  }

  private addRow(record: SourceRecord, row: object, text: string, exact: boolean): Rejection | undefined {
    this.isWriting = false;
    this.extra.clear();
    this.extraJson = undefined;
    this.refusal.begin(text, exact);
    this.conversions.beginRecord();
    const surrogate = findLoneSurrogate(row, text);
    if (surrogate !== undefined) return this.rejected(surrogate, 'string', row);
    if (this.places.displaced.length > 0) this.displace(row);
    if (this.partitioned) this.setTechnicalSources(record);
    const reason = this.writeRow(row, this);
    if (reason !== undefined) {
      if (this.refusal.needsExact) return this.addRow(record, parseExact(text) as object, text, true);
      return this.rejected(reason as Rejection, this.refusal.found, row);
    }
    this.endRow(record);
    if (this.conversions.hasDrift) this.observer.accepted(row);
    return undefined;
  }

  private rejected(rejection: Rejection, found: string, row?: object): Rejection {
    this.observer.rejected(rejection, found, row);
    return rejection;
  }

  /** Fields whose columns the table lacks are kept with those the contract does not name. */
  private displace(row: object): void {
    for (const keys of this.places.displaced) {
      let value: unknown = row;
      const path: string[] = [];
      for (const [name, standIn] of keys) {
        if (typeof value !== 'object' || value === null) break;
        const key: string = Object.hasOwn(value, name) || standIn === null ? name : standIn;
        value = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
        path.push(key);
      }
      if (value !== undefined && value !== null && path.length === keys.length)
        this.extra.add(path.reduce(fieldPath, ''), value);
    }
  }

  private setTechnicalSources(record: SourceRecord): void {
    const { values } = this.files;
    const { lane, position, arrivedAt } = this.technicalSlots;
    if (lane >= 0) values[lane] = record.lane;
    if (position >= 0) values[position] = record.position;
    if (arrivedAt >= 0) values[arrivedAt] = arrivalMicros(record);
  }

  private endRow(record: SourceRecord): void {
    const { file } = this.current as RowFile;
    const columns = file.columns as readonly RowColumn[];
    const { lane, position, arrivedAt, extra } = this.places;
    if (lane >= 0) columns[lane].push(record.lane);
    if (position >= 0) columns[position].push(record.position);
    if (arrivedAt >= 0) columns[arrivedAt].push(arrivalMicros(record));
    if (extra >= 0) {
      if (this.extraJson === undefined) columns[extra].pushNull(0);
      else columns[extra].push(this.extraJson);
    }
    for (const column of this.places.unfilled) fillWithNulls(file.columns, column);
    file.endRow();
    this.accepted++;
    this.unknownFields += this.conversions.unknownFields;
  }

  private openFile(): RowFile {
    const { placeOf, levels } = this.places;
    const levelsByPlace = new Map<number, Uint8Array>();
    levels.forEach((levelOf, i) => levelOf && levelsByPlace.set(placeOf[i], levelOf));
    const file = new ParquetFile(this.target.schema, {
      levels: levelsByPlace,
      compression: parquetCompression(this.target),
    });
    const columns = file.columns as readonly RowColumn[];
    return { file, contractColumns: placeOf.map((place) => (place < 0 ? NOWHERE : columns[place])) };
  }
}

function arrivalMicros(record: SourceRecord): number {
  return Math.round(record.arrivedAt * 1000);
}

/** Gives a column the contract does not know an entry for each of a column beside it. */
function fillWithNulls(columns: readonly Column[], { place, beside, definition }: UnfilledColumn): void {
  const column = columns[place];
  if (beside < 0) {
    column.pushNull(definition);
    return;
  }
  const { definitions, repetitions, entries } = columns[beside];
  while (column.entries < entries) {
    const at = column.entries;
    if (column.leaf.maxRepetition > 0 && repetitions[at] > 0) column.repeat(repetitions[at]);
    column.pushNull(definitions.length === 0 ? definition : Math.min(definition, definitions[at]));
  }
}
