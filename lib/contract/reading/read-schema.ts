import { ADDITIONAL_PROPERTIES, SchemaObject } from '../schema-object';
import { checkDefinitions } from './check-definitions';
import { checkKeys, checkNamedColumns } from './check-keys';
import { checkColumnNames } from './check-names';
import { checkRefinement } from './check-refinement';
import type { Fields, Keys } from './fields';
import { readCustomProperties } from './read-custom-properties';
import { readProperties } from './read-property';
import { readQuality } from './read-quality';

const SCHEMA_KEYS: Keys = {
  of: 'a schema object',
  known: [
    ...[
      'id',
      'name',
      'physicalName',
      'physicalType',
      'logicalType',
      'businessName',
      'description',
      'properties',
    ],
    ...['quality', 'relationships', 'tags', 'authoritativeDefinitions', 'customProperties'],
    'dataGranularityDescription',
  ],
};

/** Reads and checks the schema objects of a contract. */
export function readSchemas(contract: Fields, apiVersion: string): SchemaObject[] {
  return contract.maps('schema').map((fields) => readSchema(fields, apiVersion));
}

function readSchema(fields: Fields, apiVersion: string): SchemaObject {
  fields.allowOnly(SCHEMA_KEYS);
  fields.oneOf('logicalType', ['object']);
  for (const key of ['id', 'physicalType', 'businessName', 'dataGranularityDescription']) fields.string(key);
  checkDefinitions(fields);
  const entries = fields.maps('properties');
  const schema = SchemaObject._of({
    name: fields.requiredString('name', 'the name of the table or topic') ?? '',
    physicalName: fields.string('physicalName'),
    description: fields.string('description'),
    properties: readProperties(entries, '', apiVersion),
    quality: readQuality(fields, apiVersion),
    tags: fields.strings('tags'),
    customProperties: readCustomProperties(fields),
  });
  checkColumnNames(entries, schema.properties, true);
  checkKeys(entries, schema.properties);
  checkNamedColumns(fields, schema);
  checkUnknownFieldsSwitch(fields);
  checkRefinement(fields, schema);
  return schema;
}

/** A switch that is misspelt (`"false"`, `no`) would let unknown fields in unnoticed. */
function checkUnknownFieldsSwitch(fields: Fields): void {
  for (const entry of fields.maps('customProperties')) {
    const name = entry.node.entries.get('property');
    if (name?.kind !== 'scalar' || name.value !== ADDITIONAL_PROPERTIES) continue;
    if (entry.has('value')) entry.boolean('value');
    else
      entry.requiredString(
        'value',
        'true to expect fields the contract does not name, false to reject their records',
      );
  }
}
