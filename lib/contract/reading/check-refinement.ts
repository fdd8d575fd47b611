import { columnType } from '../column-type';
import type { ContractProperty } from '../contract-property';
import { DELETED_WHEN, EVENT_TIME, type SchemaObject } from '../schema-object';
import type { DocumentNode } from './document';
import type { Fields } from './fields';
import { didYouMean, listed } from './suggestion';

const TIMES = /^(date|timestamp|timestamptz|int|long)$/;
const COMPARABLE = /^(string|boolean|int|long)$/;
const MARK = 'must be { property: <name>, values: [<value>, …] }';

/** Reports custom properties `eventTime` and `deletedWhen` that name no property, or one that cannot serve. */
export function checkRefinement(fields: Fields, schema: SchemaObject): void {
  for (const entry of fields.maps('customProperties')) {
    const name = entry.node.entries.get('property');
    if (name?.kind !== 'scalar') continue;
    const value = entry.node.entries.get('value');
    const report = (place: DocumentNode | undefined, message: string): void =>
      entry.problems.report(place ?? entry.node, message);
    if (name.value === EVENT_TIME) checkEventTime(value, schema, report);
    if (name.value === DELETED_WHEN) checkDeletion(value, schema, report);
  }
}

type Report = (place: DocumentNode | undefined, message: string) => void;

function checkEventTime(value: DocumentNode | undefined, schema: SchemaObject, report: Report): void {
  const property = named(value, schema, report);
  if (property === undefined) return;
  const type = columnType(property);
  if (type.kind === 'primitive' && TIMES.test(type.type)) return;
  report(value, 'cannot be an event time: name a date, a timestamp or an integer.');
}

function checkDeletion(value: DocumentNode | undefined, schema: SchemaObject, report: Report): void {
  if (value?.kind !== 'map') return report(value, `${MARK}.`);
  const given = value.entries.get('values');
  const property = named(value.entries.get('property'), schema, report);
  if (schema.primaryKey.length === 0) {
    report(value, `deletes rows by their key, and ${schema.name} has none. Flag one: primaryKey: true.`);
  }
  const simple = given?.kind === 'list' && given.items.length > 0 ? given.items : undefined;
  if (simple?.every((item) => item.kind === 'scalar' && item.value !== null) !== true) {
    return report(given ?? value, `${MARK}, with at least one text, number or boolean.`);
  }
  if (property === undefined) return;
  const type = columnType(property);
  if (type.kind === 'primitive' && COMPARABLE.test(type.type)) return;
  report(value.entries.get('property'), 'cannot mark deletions: name a text, a boolean or an integer.');
}

function named(
  node: DocumentNode | undefined,
  schema: SchemaObject,
  report: Report,
): ContractProperty | undefined {
  const known = schema.properties.map((property) => property.name);
  const name = node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
  const property = schema.properties.find((one) => one.name === name);
  if (property === undefined) {
    const hint = name === undefined ? '' : didYouMean(name, known);
    report(node, `must be the name of a property of ${schema.name}. ${listed(known)}${hint}`);
  }
  return property;
}
