import type {
  IcebergField,
  IcebergSchema,
  IcebergStruct,
  IcebergType,
} from '../../lib/contract/iceberg-types';
import { withFreshIds } from './schema-evolution';

type ChangeFields = (fields: readonly IcebergField[], name: string) => IcebergField[];

/** @throws Error naming the column and what the table has */
export function findColumn(schema: IcebergSchema, path: string): IcebergField {
  let found: IcebergField | undefined;
  changeFields(schema, path, (fields, name) => {
    found = fieldOf(fields, name, path);
    return [...fields];
  });
  return found!;
}

export function replaceColumn(
  schema: IcebergSchema,
  path: string,
  replace: (field: IcebergField) => IcebergField,
): IcebergSchema {
  return changeFields(schema, path, (fields, name) => {
    const field = fieldOf(fields, name, path);
    const replacement = replace(field);
    if (replacement.name !== name) refuseTaken(fields, replacement.name, field);
    return fields.map((one) => (one === field ? replacement : one));
  });
}

export function dropColumn(schema: IcebergSchema, path: string): IcebergSchema {
  return changeFields(schema, path, (fields, name) => {
    const field = fieldOf(fields, name, path);
    if (fields.length === 1) throw new Error(`Column ${path} cannot be dropped: it is the last one.`);
    return fields.filter((one) => one !== field);
  });
}

/** An added column is optional: rows written before have no value. */
export function addColumn(
  schema: IcebergSchema,
  column: { readonly column: string; readonly type: IcebergType; readonly doc?: string },
  lastColumnId: number,
): { readonly schema: IcebergSchema; readonly lastColumnId: number } {
  const id = lastColumnId + 1;
  const fresh = withFreshIds(column.type, id);
  const doc = column.doc === undefined ? {} : { doc: column.doc };
  const next = changeFields(schema, column.column, (fields, name) => {
    refuseTaken(fields, name);
    return [...fields, { id, name, required: false, type: fresh.type, ...doc }];
  });
  return { schema: next, lastColumnId: fresh.lastColumnId };
}

export function moveColumn(schema: IcebergSchema, path: string, after: string | null): IcebergSchema {
  return changeFields(schema, path, (fields, name) => {
    const field = fieldOf(fields, name, path);
    const others = fields.filter((one) => one !== field);
    const place = after === null ? 0 : others.indexOf(fieldOf(others, after, after)) + 1;
    return [...others.slice(0, place), field, ...others.slice(place)];
  });
}

/** Changes the fields of the struct that a path ends in. */
function changeFields(schema: IcebergSchema, path: string, change: ChangeFields): IcebergSchema {
  const names = path.split('.');
  const last = names.pop()!;
  const visit = (type: IcebergType, rest: string[]): IcebergType => {
    if (typeof type === 'string')
      throw new Error(`There is no column ${path}: what is before its last name is ${type}.`);
    if (type.type === 'struct') return visitStruct(type, rest);
    const [name, ...below] = rest;
    if (type.type === 'list' && name === 'element') return { ...type, element: visit(type.element, below) };
    if (type.type === 'map' && name === 'value') return { ...type, value: visit(type.value, below) };
    throw new Error(`There is no column ${path}: inside a list it is "element", inside a map "value".`);
  };
  const visitStruct = (struct: IcebergStruct, rest: string[]): IcebergStruct => {
    const [name, ...below] = rest;
    if (name === undefined) return { ...struct, fields: change(struct.fields, last) };
    const field = fieldOf(struct.fields, name, path);
    const type = visit(field.type, below);
    return { ...struct, fields: struct.fields.map((one) => (one === field ? { ...field, type } : one)) };
  };
  return { ...schema, ...visitStruct(schema, names) };
}

function fieldOf(fields: readonly IcebergField[], name: string, path: string): IcebergField {
  const field = fields.find((one) => one.name === name);
  if (field) return field;
  throw new Error(`There is no column ${path}. There are: ${fields.map((one) => one.name).join(', ')}.`);
}

/** Engines do not tell names apart by case. */
function refuseTaken(fields: readonly IcebergField[], name: string, by?: IcebergField): void {
  const taken = fields.find((one) => one !== by && one.name.toLowerCase() === name.toLowerCase());
  if (taken) throw new Error(`There is a column ${taken.name} already.`);
}
