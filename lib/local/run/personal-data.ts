import { booleanAt, numberAt, objectAt, textAt } from '../template/json';
import type { JsonObject } from '../template/json';

/** A column whose values show personal data although the contract does not classify it, or calls it public. */
export interface PersonalDataColumn {
  /** Path of the column: `note`, `calls[].number`. */
  readonly column: string;
  /** Whether the contract names it. */
  readonly inContract: boolean;
  /** `email`, `iban`, `payment-card`, `us-ssn`, `phone`, `ip-address`. */
  readonly kinds: readonly string[];
}

/** What a sample of the records of a run showed that the contract does not know of. */
export interface PersonalData {
  /** Records that were looked at. */
  readonly looked: number;
  readonly columns: readonly PersonalDataColumn[];
}

/** From the lines of batches and of findings (lambda/signals/ingest-log.ts, personal-data-log.ts); undefined for any other. */
export function personalDataOf(entry: JsonObject): PersonalData | undefined {
  const looked = numberAt(entry, 'sampledForPersonalData');
  if (looked !== undefined) return { looked, columns: [] };
  const found = objectAt(entry, 'personalData');
  const column = textAt(found, 'column');
  if (column === undefined) return undefined;
  const kinds = (Array.isArray(found.kinds) ? found.kinds : []).map(String);
  return { looked: 0, columns: [{ column, inContract: booleanAt(found, 'inContract') ?? false, kinds }] };
}

/** Of both; functions at work side by side find the same. */
export function addPersonalData(
  one: PersonalData | undefined,
  other: PersonalData | undefined,
): PersonalData | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const columns = new Map<string, PersonalDataColumn>();
  for (const found of [...one.columns, ...other.columns]) {
    const kinds = [...new Set([...(columns.get(found.column)?.kinds ?? []), ...found.kinds])];
    columns.set(found.column, { ...found, kinds });
  }
  return { looked: one.looked + other.looked, columns: [...columns.values()] };
}
