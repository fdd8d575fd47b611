import type { ClassifiedColumn } from '../../../lib/contract/classified-columns';
import { ExactNumber } from '../../formats/json/exact-json';
import { detectPii, type PiiKind } from './detect';

/** Why a column is reported. */
export enum PiiFindingKind {
  /** Values show personal data, and the contract does not classify the column, or calls it public. */
  UNCLASSIFIED = 'unclassified',
  /** The name alone suggests it: weak evidence. */
  SUSPECT_NAME = 'suspect-name',
  /** Classified, and none of the values showed anything. A note: names of people look like other words. */
  NOTHING_FOUND = 'nothing-found',
}

export interface PiiFinding {
  readonly finding: PiiFindingKind;
  /** Dotted path of the property; `[]` for the elements of a list. */
  readonly column: string;
  /** As the contract has it; absent without one, and for a field the contract does not name. */
  readonly classification?: string;
  /** Whether the contract names the field. */
  readonly inContract: boolean;
  /** Values that were looked at. */
  readonly values: number;
  /** Values in which any kind was found. */
  readonly shown: number;
  /** Values in which each kind was found. */
  readonly kinds: { readonly [kind: string]: number };
  /** Shape of the first value found: letters are x, digits are 9. */
  readonly example?: string;
}

const OPEN = 'public';
const SUSPECT =
  /(^|[_.-])(e?mail|phone|mobile|fax|iban|ssn|social_security|passport|birth(day|date)?|born|dob|street|address|(first|last|full|sur|maiden)_?name|credit_?card|card_number|ip_?addr(ess)?)([_.-]|$)/i;
const LONGEST_EXAMPLE = 60;
/** No producer's record is deeper. One of ten thousand levels would end the stack, and its paths fill the memory. */
const DEEPEST = 64;

interface Column {
  readonly classification?: string;
  readonly inContract: boolean;
  values: number;
  shown: number;
  readonly kinds: Map<PiiKind, number>;
  example?: string;
}

/** Looks for personal data in records, and holds what it finds against the contract, which is the authority. */
export class PiiScan {
  private readonly columns = new Map<string, Column>();
  /** The columns of the contract by their other names. */
  private readonly aliases = new Map<string, Column>();
  private rows = 0;

  /** @param columns those of the contract, in its order */
  constructor(columns: readonly ClassifiedColumn[]) {
    for (const { path, aliases = [], classification } of columns) {
      const column = { classification, inContract: true, values: 0, shown: 0, kinds: new Map() };
      this.columns.set(path, column);
      for (const alias of aliases) this.aliases.set(alias, column);
    }
  }

  get records(): number {
    return this.rows;
  }

  /** Looks at every text and number in a record, down to 64 levels, by the names of the contract. */
  add(record: { readonly [name: string]: unknown }): void {
    this.rows++;
    for (const [name, value] of Object.entries(record)) this.look(name, value, 1);
  }

  /** Unclassified columns first, then names, then notes; each in the order of the contract. */
  get findings(): PiiFinding[] {
    const all = [...this.columns].flatMap(([column, seen]) => finding(column, seen) ?? []);
    const rank = Object.values(PiiFindingKind);
    return all.sort((a, b) => rank.indexOf(a.finding) - rank.indexOf(b.finding));
  }

  private look(path: string, value: unknown, depth: number): void {
    if (value === null || value === undefined || depth > DEEPEST) return;
    if (value instanceof ExactNumber) this.judge(path, value.text);
    else if (Array.isArray(value)) for (const item of value) this.look(`${path}[]`, item, depth + 1);
    else if (typeof value === 'object' && !(value instanceof Uint8Array)) {
      for (const [name, field] of Object.entries(value)) this.look(`${path}.${name}`, field, depth + 1);
    } else if (['string', 'number', 'bigint'].includes(typeof value)) this.judge(path, String(value));
  }

  private known(path: string): Column | undefined {
    return this.columns.get(path) ?? this.aliases.get(path);
  }

  /** The classified column a value is in whose inside the contract does not describe. */
  private classifiedAround(path: string): Column | undefined {
    let around = parentOf(path);
    while (around !== '' && this.known(around) === undefined) around = parentOf(around);
    const column = this.known(around);
    return column?.inContract && !isOpen(column) ? column : undefined;
  }

  private judge(path: string, text: string): void {
    let column = this.known(path) ?? this.classifiedAround(path);
    if (!column)
      this.columns.set(path, (column = { inContract: false, values: 0, shown: 0, kinds: new Map() }));
    column.values++;
    const kinds = detectPii(text);
    for (const kind of kinds.keys()) column.kinds.set(kind, (column.kinds.get(kind) ?? 0) + 1);
    if (kinds.size === 0) return;
    column.shown++;
    column.example ??= shapeOf(text);
  }
}

function finding(column: string, seen: Column): PiiFinding | undefined {
  const { classification, inContract, values, shown, kinds, example } = seen;
  const what = isOpen(seen)
    ? kinds.size > 0
      ? PiiFindingKind.UNCLASSIFIED
      : classification === undefined && SUSPECT.test(column)
        ? PiiFindingKind.SUSPECT_NAME
        : undefined
    : kinds.size === 0
      ? PiiFindingKind.NOTHING_FOUND
      : undefined;
  return (
    what && {
      finding: what,
      column,
      ...(classification !== undefined && { classification }),
      inContract,
      values,
      shown,
      kinds: Object.fromEntries(kinds),
      ...(example !== undefined && { example }),
    }
  );
}

function isOpen({ classification }: Column): boolean {
  return classification === undefined || classification.trim().toLowerCase() === OPEN;
}

/** Of `a.b[]` it is `a.b`, of that `a`, of that nothing. */
function parentOf(path: string): string {
  return path.slice(0, path.endsWith('[]') ? -2 : Math.max(0, path.lastIndexOf('.')));
}

function shapeOf(text: string): string {
  const shape = text.slice(0, LONGEST_EXAMPLE).replace(/\p{L}/gu, 'x').replace(/\p{N}/gu, '9');
  return text.length > LONGEST_EXAMPLE ? `${shape}…` : shape;
}
