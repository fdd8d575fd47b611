import type { RecordField } from '../../../lib/contract/handler-code/row-runtime';
import { type Rejection, RejectionCode } from '../record';
import { DriftKind } from './drift';
import { DriftCounts } from './drift-counts';
import { jsonTypeOf } from './json-type';
import { toldName } from './told-name';

/** What of a contract drift is measured by. */
export interface ObservedContract {
  readonly fields: readonly RecordField[];
  /** Whether fields the contract does not name are no drift. */
  readonly expectsUnknownFields: boolean;
}

interface Fields {
  /** By each name they may have. */
  readonly byName: ReadonlyMap<string, Field>;
  /** Those with something to look for in them, or that must have a value. */
  readonly watched: readonly Field[];
}

interface Field {
  readonly field: RecordField;
  readonly path: string;
  readonly within: Fields | undefined;
  readonly element: Field | undefined;
}

/** A place in an array, as paths in reasons have it. */
const INDEX = /\[\d+\]/g;
const VALUE_FAULTS: readonly RejectionCode[] = [
  RejectionCode.OUT_OF_RANGE,
  RejectionCode.PATTERN_MISMATCH,
  RejectionCode.INVALID_UTF8,
];

/**
 * Counts what differs between records and their contract. It is shown a record only where the compiled code has met
 * something: a batch without drift costs nothing.
 */
export class DriftObserver {
  counts = new DriftCounts();
  private known: { readonly fields: Fields; readonly critical: readonly string[] } | undefined;

  constructor(private readonly contract: ObservedContract) {}

  /** A record that was accepted, and holds an unknown field or lacks a critical one. */
  accepted(row: object): void {
    this.object(row as Record<string, unknown>, this.open().fields, '');
  }

  /**
   * A record that was refused. The reason names the first fault; what else is unknown or lacking is looked for, as a
   * field that was renamed is both.
   * @param found the type of JSON at the reason's path
   * @param row undefined where there is no object
   */
  rejected({ code, path }: Rejection, found: string, row?: object): void {
    if (code === RejectionCode.NOT_AN_OBJECT) this.add(DriftKind.WRONG_TYPE, '$', found);
    if (row === undefined) return;
    this.accepted(row);
    if (path === undefined) return;
    const place = path.replace(INDEX, '[]');
    if (code === RejectionCode.WRONG_TYPE) this.add(DriftKind.WRONG_TYPE, place, found);
    else if (code === RejectionCode.MISSING_REQUIRED) this.add(DriftKind.MISSING_REQUIRED, place, found);
    else if (VALUE_FAULTS.includes(code) && this.isCritical(place))
      this.add(DriftKind.INVALID_CRITICAL, place, found);
  }

  /** What was counted so far; the count begins anew. */
  take(): DriftCounts {
    const { counts } = this;
    this.counts = new DriftCounts();
    return counts;
  }

  private object(record: Record<string, unknown>, fields: Fields, path: string): void {
    for (const known of fields.watched) {
      const { name, alias } = known.field;
      const key = Object.hasOwn(record, name) || alias === undefined ? name : alias;
      this.value(Object.hasOwn(record, key) ? record[key] : undefined, known);
    }
    if (this.contract.expectsUnknownFields) return;
    for (const key of Object.keys(record)) {
      const known = fields.byName.get(key);
      const isKnown =
        known !== undefined && (key === known.field.name || !Object.hasOwn(record, known.field.name));
      if (isKnown) continue;
      const name = toldName(key);
      const place = path === '' ? name : `${path}.${name}`;
      this.add(DriftKind.UNKNOWN_FIELD, place, jsonTypeOf(record[key]), false);
    }
  }

  private value(value: unknown, { field, path, within, element }: Field): void {
    if (value === undefined || value === null) {
      const { critical, required } = field;
      if (critical && !required) this.add(DriftKind.MISSING_CRITICAL, path, jsonTypeOf(value), true);
    } else if (within !== undefined) {
      // An array would give its places for names.
      if (jsonTypeOf(value) === 'object') this.object(value as Record<string, unknown>, within, path);
    } else if (element !== undefined && Array.isArray(value)) {
      for (const item of value) this.value(item, element);
    }
  }

  private add(kind: DriftKind, path: string, found: string, critical = this.isCritical(path)): void {
    this.counts.add({ kind, path, found, critical, count: 1 });
  }

  private isCritical(path: string): boolean {
    return this.open().critical.some(
      (place) => path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`),
    );
  }

  /** Made for the first record with a drift: most batches have none. */
  private open(): NonNullable<typeof this.known> {
    if (this.known === undefined) {
      const critical: string[] = [];
      this.known = { fields: fieldsOf(this.contract.fields, '', critical), critical };
    }
    return this.known;
  }
}

function fieldsOf(fields: readonly RecordField[], path: string, critical: string[]): Fields {
  const places = fields.map((field) =>
    fieldOf(field, path === '' ? field.name : `${path}.${field.name}`, critical),
  );
  const byName = new Map(places.map((place) => [place.field.name, place]));
  // A field's own name goes before what stands in for another's.
  for (const place of places) {
    const { alias } = place.field;
    if (alias !== undefined && !byName.has(alias)) byName.set(alias, place);
  }
  return { byName, watched: places.filter(isWatched) };
}

function isWatched({ field, within, element }: Field): boolean {
  return (
    within !== undefined ||
    (field.critical === true && !field.required) ||
    (element !== undefined && isWatched(element))
  );
}

function fieldOf(field: RecordField, path: string, critical: string[]): Field {
  if (field.critical) critical.push(path);
  return {
    field,
    path,
    within: field.fields && fieldsOf(field.fields, path, critical),
    element: field.element && fieldOf(field.element, `${path}[]`, critical),
  };
}
