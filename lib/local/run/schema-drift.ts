import { booleanAt, numberAt, objectAt, textAt } from '../template/json';
import type { JsonObject } from '../template/json';

/** A way in which records differed from their contract. */
export interface DriftReport {
  /** `unknown-field`, `wrong-type`, `missing-required`, `missing-critical` or `invalid-critical`. */
  readonly kind: string;
  /** Path of the field: `device.model`, `items[].colour`. */
  readonly path: string;
  /** A type of JSON, or `absent`. */
  readonly found: string;
  readonly critical: boolean;
}

/** How the records of a run differed from their contract. */
export interface SchemaDrift {
  /** Hash of the shape the contract describes. */
  readonly schemaHash: string;
  /** Fields that were unknown, of another type, or required and missing. */
  readonly fields: number;
  /** Critical fields that were missing, null or invalid; absent where the contract calls none critical. */
  readonly criticalFieldAnomalies?: number;
  /** What the function told, each once. */
  readonly drifts: readonly DriftReport[];
}

/** What lines of a function add to the drift of a run. */
export type DriftShare = Omit<SchemaDrift, 'schemaHash'>;

export const NO_DRIFT: DriftShare = { fields: 0, drifts: [] };

/** From the lines of batches and of drifts (lambda/signals/ingest-log.ts, drift-log.ts); undefined for any other. */
export function driftOf(entry: JsonObject): DriftShare | undefined {
  const fields = numberAt(entry, 'schemaDrift');
  if (fields !== undefined) {
    const criticalFieldAnomalies = numberAt(entry, 'criticalFieldAnomalies');
    return { fields, ...(criticalFieldAnomalies !== undefined && { criticalFieldAnomalies }), drifts: [] };
  }
  const drift = objectAt(entry, 'drift');
  const [kind, path, found] = ['kind', 'path', 'found'].map((name) => textAt(drift, name));
  if (kind === undefined || path === undefined || found === undefined) return undefined;
  return { fields: 0, drifts: [{ kind, path, found, critical: booleanAt(drift, 'critical') ?? false }] };
}

/** Of both; functions at work side by side tell of the same drift. */
export function addDrift(one: DriftShare, other: DriftShare): DriftShare {
  const drifts = new Map<string, DriftReport>();
  for (const drift of [...one.drifts, ...other.drifts])
    drifts.set(`${drift.kind} ${drift.found} ${drift.path}`, drift);
  const critical = [one, other].flatMap(({ criticalFieldAnomalies }) => criticalFieldAnomalies ?? []);
  return {
    fields: one.fields + other.fields,
    ...(critical.length > 0 && { criticalFieldAnomalies: critical.reduce((sum, count) => sum + count) }),
    drifts: [...drifts.values()],
  };
}
