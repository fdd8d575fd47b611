import { columnName } from '../column-name';
import { columnType } from '../column-type';
import { LogicalType, type ContractProperty } from '../contract-property';
import type { SchemaObject } from '../schema-object';
import type { DocumentNode } from './document';
import type { Fields } from './fields';
import { didYouMean, listed } from './suggestion';

/** The two sets of columns the standard numbers. */
const KEYS = [
  { flag: 'primaryKey', position: 'primaryKeyPosition', what: 'a primary key column' },
  { flag: 'partitioned', position: 'partitionKeyPosition', what: 'a partition column' },
] as const;

/** Reports key and partition columns whose positions clash or whose type cannot be one. */
export function checkKeys(entries: Fields[], properties: ContractProperty[]): void {
  for (const { flag, position, what } of KEYS) {
    const taken = new Map<number, string>();
    properties.forEach((property, index) => {
      const entry = entries[index];
      const place = property[position];
      if (property[flag]) checkSimple(entry, property, flag, what);
      if (place === undefined) return;
      const other = taken.get(place);
      const node = entry.entry(position)!;
      if (!property[flag]) {
        entry.problems.report(
          node,
          `numbers ${what}, and this is none. Set ${flag}: true, or drop ${position}.`,
        );
      } else if (other !== undefined) {
        entry.problems.report(node, `is the ${position} of ${other} too. Number the columns 1, 2, 3, …`);
      }
      taken.set(place, other ?? entry.node.path);
    });
  }
}

function checkSimple(entry: Fields, property: ContractProperty, flag: string, what: string): void {
  const { kind } = columnType(property);
  if (kind === 'primitive' || isDomainType(property)) return;
  entry.problems.report(
    entry.entry(flag)!,
    `makes an ${property.logicalType} ${what}. Only columns of a simple type can be one: flag a simple column instead.`,
  );
}

/** An object only because its store gives the type a name of its own (`Phone`): its column holds text. */
function isDomainType({ logicalType, properties, physicalType }: ContractProperty): boolean {
  if (logicalType !== LogicalType.OBJECT || properties.length > 0 || physicalType === undefined) return false;
  return !/^(json|jsonb|variant|struct|object|record|map|super)\b/i.test(physicalType);
}

/** Reports a key or partition flag on a field within another: neither merge nor partition spec reaches in there. */
export function checkNotKey(entry: Fields, property: ContractProperty, where: string): void {
  for (const { flag, what } of KEYS) {
    if (!property[flag]) continue;
    entry.problems.report(
      entry.entry(flag)!,
      `makes ${where} ${what}. Only columns of the table itself can be one: flag a top-level property instead.`,
    );
  }
}

/** Custom properties, without regard to case and separators, by which contracts name keys at the schema object. */
const NAMING = /^(primary|business|natural|partition|merge)(ed)?(by|keys?|columns?)$/;

/** Reports keys and partition columns that a schema object names in its custom properties, but does not have. */
export function checkNamedColumns(fields: Fields, schema: SchemaObject): void {
  const known = schema.properties.flatMap((property) => [...new Set([property.name, columnName(property)])]);
  for (const entry of fields.maps('customProperties')) {
    const name = entry.node.entries.get('property');
    const value = entry.node.entries.get('value');
    if (name?.kind !== 'scalar' || value === undefined) continue;
    const word = String(name.value);
    if (!NAMING.test(word.toLowerCase().replace(/[^a-z]/g, ''))) continue;
    for (const node of value.kind === 'list' ? value.items : [value]) {
      const column = namedColumn(node);
      if (column === undefined || known.includes(column)) continue;
      fields.problems.report(
        node,
        `is named by ${word}, but is no property of ${schema.name}. ${listed(known)}${didYouMean(column, known)}`,
      );
    }
  }
}

function namedColumn(node: DocumentNode): string | undefined {
  return node.kind === 'scalar' && typeof node.value === 'string' && /^[\w-]+$/.test(node.value)
    ? node.value
    : undefined;
}
