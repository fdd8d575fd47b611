import { inferLogicalType } from '../column-type';
import { LogicalType, type ContractProperty } from '../contract-property';
import { decimalFault, MAX_PRECISION } from '../physical-type';
import { checkDefinitions } from './check-definitions';
import { checkColumnNames } from './check-names';
import { checkNotKey } from './check-keys';
import { checkMasking } from './check-masking';
import { checkTransform } from './check-transform';
import type { Fields, Keys } from './fields';
import { readCustomProperties } from './read-custom-properties';
import { readOptions } from './read-options';
import { readQuality } from './read-quality';

const PROPERTY_KEYS: Keys = {
  of: 'a property',
  known: [
    ...['id', 'name', 'physicalName', 'physicalType', 'logicalType', 'logicalTypeOptions', 'businessName'],
    ...['description', 'required', 'unique', 'primaryKey', 'primaryKeyPosition', 'partitioned'],
    ...['partitionKeyPosition', 'classification', 'criticalDataElement', 'encryptedName', 'examples', 'tags'],
    ...['transformSourceObjects', 'transformLogic', 'transformDescription', 'items', 'properties', 'quality'],
    ...['relationships', 'authoritativeDefinitions', 'customProperties'],
  ],
};
const ELEMENT_NAME = 'element';

/** Reads the properties of a schema object or of an object property. */
export function readProperties(
  entries: Fields[],
  parentPath: string,
  apiVersion: string,
): ContractProperty[] {
  return entries.map((fields) => {
    const name = fields.requiredString('name', 'the key of the field in a record') ?? '';
    return readProperty(fields, name, parentPath === '' ? name : `${parentPath}.${name}`, apiVersion);
  });
}

function readProperty(fields: Fields, name: string, path: string, apiVersion: string): ContractProperty {
  fields.allowOnly(PROPERTY_KEYS);
  for (const key of ['id', 'businessName', 'encryptedName', 'transformLogic', 'transformDescription']) {
    fields.string(key);
  }
  fields.strings('transformSourceObjects');
  fields.list('examples');
  checkDefinitions(fields);
  const declared = fields.oneOf('logicalType', Object.values(LogicalType));
  const physicalType = readPhysicalType(fields);
  const logicalType = declared ?? undeclaredType(fields, physicalType);
  const options = readOptions(fields, declared, logicalType, apiVersion);
  const property: ContractProperty = {
    name,
    physicalName: fields.has('physicalName')
      ? fields.requiredString('physicalName', 'the name of the column')
      : undefined,
    logicalType,
    physicalType,
    required: fields.boolean('required') ?? false,
    unique: fields.boolean('unique') ?? false,
    primaryKey: fields.boolean('primaryKey') ?? false,
    primaryKeyPosition: readPosition(fields, 'primaryKeyPosition'),
    partitioned: fields.boolean('partitioned') ?? false,
    partitionKeyPosition: readPosition(fields, 'partitionKeyPosition'),
    classification: fields.string('classification'),
    criticalDataElement: fields.boolean('criticalDataElement') ?? false,
    description: fields.string('description'),
    tags: fields.strings('tags'),
    options,
    items: readItems(fields, logicalType, path, apiVersion),
    properties: readChildren(fields, logicalType, path, apiVersion, options.required ?? []),
    quality: readQuality(fields, apiVersion),
    customProperties: readCustomProperties(fields),
    path,
  };
  checkTransform(fields, property);
  checkMasking(fields);
  return property;
}

function undeclaredType(fields: Fields, physicalType: string | undefined): LogicalType {
  if (fields.has('properties')) return LogicalType.OBJECT;
  if (fields.has('items')) return LogicalType.ARRAY;
  return inferLogicalType(physicalType);
}

function readPhysicalType(fields: Fields): string | undefined {
  const text = fields.string('physicalType');
  const fault = text === undefined ? undefined : decimalFault(text);
  if (fault === undefined) return text;
  fields.problems.report(
    fields.entry('physicalType')!,
    `${fault}. Precision is the number of digits, at most ${MAX_PRECISION}; scale is how many of them follow the point.`,
  );
  return undefined;
}

/** A place from 1; the standard's default, -1, means none. */
function readPosition(fields: Fields, key: string): number | undefined {
  const position = fields.integer(key, -1);
  return position === undefined || position < 1 ? undefined : position;
}

function readItems(
  fields: Fields,
  logicalType: LogicalType,
  path: string,
  apiVersion: string,
): ContractProperty | undefined {
  const items = fields.map('items');
  if (items === undefined) return undefined;
  if (logicalType !== LogicalType.ARRAY) {
    fields.problems.report(
      items.node,
      `belongs to an array, and logicalType is ${logicalType}. Set logicalType: array.`,
    );
    return undefined;
  }
  const element = readProperty(items, ELEMENT_NAME, `${path}[]`, apiVersion);
  checkNotKey(items, element, 'an element of an array');
  return element;
}

function readChildren(
  fields: Fields,
  logicalType: LogicalType,
  path: string,
  apiVersion: string,
  required: string[],
): ContractProperty[] {
  const entries = fields.maps('properties');
  const node = fields.entry('properties');
  if (node !== undefined && logicalType !== LogicalType.OBJECT) {
    fields.problems.report(
      node,
      `belongs to an object, and logicalType is ${logicalType}. Set logicalType: object.`,
    );
    return [];
  }
  const children = readProperties(entries, path, apiVersion);
  checkColumnNames(entries, children, false);
  entries.forEach((entry, index) => checkNotKey(entry, children[index], 'a nested field'));
  const names = children.map((child) => child.name);
  const options = fields.map('logicalTypeOptions')?.list('required');
  for (const item of options?.items ?? []) {
    if (item.kind !== 'scalar' || children.length === 0 || names.includes(String(item.value))) continue;
    fields.problems.report(item, `is no property of this object. It has: ${names.join(', ')}.`);
  }
  return children.map((child) => (required.includes(child.name) ? { ...child, required: true } : child));
}
