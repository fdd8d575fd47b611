import { columnName } from '../column-name';
import type { ContractProperty } from '../contract-property';
import type { SchemaObject } from '../schema-object';
import type { DocumentNode } from './document';
import type { Fields } from './fields';
import { didYouMean, listed } from './suggestion';

/** Reports relationships that name a property which their schema object does not have. */
export function checkRelationships(contract: Fields, schemas: SchemaObject[]): void {
  for (const schema of contract.maps('schema')) {
    for (const relationship of schema.maps('relationships')) checkEnds(relationship, schemas, true);
    for (const property of schema.maps('properties')) checkProperty(property, schemas);
  }
}

function checkProperty(property: Fields, schemas: SchemaObject[]): void {
  for (const relationship of property.maps('relationships')) checkEnds(relationship, schemas, false);
  for (const child of property.maps('properties')) checkProperty(child, schemas);
  const items = property.map('items');
  if (items !== undefined) checkProperty(items, schemas);
}

function checkEnds(relationship: Fields, schemas: SchemaObject[], composite: boolean): void {
  relationship.allowOnly({
    of: 'a relationship',
    known: ['id', 'type', 'from', 'to', 'description', 'customProperties'],
  });
  relationship.oneOf('type', ['foreignKey']);
  const from = references(relationship, 'from', composite);
  const to = references(relationship, 'to', true);
  if (!composite && relationship.has('from')) {
    relationship.problems.report(relationship.entry('from')!, 'is implied at a property: drop it.');
  }
  if (composite && from.length > 0 && to.length > 0 && from.length !== to.length) {
    relationship.problems.report(
      relationship.entry('to')!,
      `must name as many columns as from: ${from.length}, not ${to.length}.`,
    );
  }
  for (const node of composite ? [...from, ...to] : to) checkReference(relationship, node, schemas);
}

function references(relationship: Fields, key: string, required: boolean): DocumentNode[] {
  const node = relationship.entry(key);
  if (node === undefined) {
    if (required) relationship.requiredString(key, 'the column or columns related');
    return [];
  }
  return node.kind === 'list' ? [...node.items] : [node];
}

/** A schema object of another contract cannot be looked into; one of this contract can. */
function checkReference(relationship: Fields, node: DocumentNode, schemas: SchemaObject[]): void {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') {
    relationship.problems.report(node, 'must be text of the form schema.property, or a list of such texts.');
    return;
  }
  if (node.value.includes('/')) return;
  const [schemaName, ...path] = node.value.split('.');
  const schema = schemas.find(({ name, physicalName }) => name === schemaName || physicalName === schemaName);
  if (schema === undefined || path.length === 0) return;
  let among = schema.properties;
  for (const step of path) {
    const found = among.find((property) => property.name === step || columnName(property) === step);
    if (found === undefined) {
      const known = among.map((property) => property.name);
      relationship.problems.report(
        node,
        `names ${step}, which ${schemaName} does not have. ${listed(known)}${didYouMean(step, known)}`,
      );
      return;
    }
    among = fieldsOf(found);
  }
}

function fieldsOf(property: ContractProperty): ContractProperty[] {
  return property.items === undefined ? property.properties : fieldsOf(property.items);
}
