import type { SchemaObject } from '../../contract';
import { QualityGates } from '../../contract/quality';
import type { SqlDialect } from '../../contract/quality/sql-dialect';
import { tableSchema } from '../../contract/table-schema';
import { sqlType } from '../../contract/transform/sql-type';
import { checkSqlText, SqlTextError } from '../../contract/transform/transform-query';
import type {
  Transformation,
  TransformationGate,
  TransformationOutput,
} from '../../contract/transform/transformation';
import { TransformMode } from './transform-mode';
import type { SqlTransformProps } from './sql-transform-props';
import { columnsOf, contractOf, schemaOf } from './transform-input';

/** Types whose values a condition can list in every engine. */
const LISTABLE = /^(string|int|long|decimal\(.*\)|date|boolean|timestamp)$/;

/**
 * The transform as plain data.
 * @throws Error naming the property, what it is, what is allowed
 */
export function compileTransformation(
  props: SqlTransformProps,
  schema: SchemaObject,
  name: string,
  dialect: SqlDialect,
): Transformation {
  const { _mode: mode } = props.mode ?? TransformMode.full();
  const parameters = Object.entries(props.parameters ?? {}).map(([parameter, value]) => {
    requireName('parameters', parameter);
    return value._definition(parameter);
  });
  requireInputs(props);
  try {
    checkSqlText(
      props.sql.text,
      parameters.map((parameter) => parameter.name),
    );
  } catch (error) {
    if (!(error instanceof SqlTextError)) throw error;
    throw new Error(`${props.sql.file ?? 'sql'}:${error.line}: ${error.message}.`);
  }
  const output = outputOf(schema, dialect);
  const transformation: Transformation = {
    name,
    sql: props.sql.text,
    inputs: props.inputs.map((input) => ({
      name: input.name,
      lookup: input.lookup ?? false,
      ...(input.changedValue !== undefined && { changedValue: input.changedValue }),
    })),
    output,
    mode,
    parameters,
    gates: (props.gates ?? true) ? gatesOf(props) : [],
  };
  requireMode(transformation, props);
  return transformation;
}

function outputOf(schema: SchemaObject, dialect: SqlDialect): TransformationOutput {
  const { fields } = tableSchema(schema);
  for (const { name, type } of fields) {
    try {
      sqlType(type, dialect);
    } catch (error) {
      throw new Error(`Column ${name} of ${schema.name}: ${(error as Error).message}`);
    }
  }
  const columns = fields.map(({ name, type, required }) => ({ name, type, required }));
  const nameOf = (property: string): string => {
    const found = schema.properties.findIndex((one) => one.name === property);
    return columns[found].name;
  };
  const key = schema.primaryKey.map(nameOf);
  const optional = key.find((name) => !columns.find((column) => column.name === name)!.required);
  if (optional !== undefined) {
    throw new Error(
      `Column ${optional} is part of the primary key of ${schema.name}, but may be null: no engine finds such a row again. ` +
        'Write required: true in the contract.',
    );
  }
  return { columns, key };
}

function requireInputs({ inputs, output }: SqlTransformProps): void {
  if (inputs.length === 0) throw new Error('inputs is empty. Name at least one table that the SQL reads.');
  const names = new Set<string>();
  for (const { name, table } of inputs) {
    requireName('inputs', name);
    if (names.has(name.toLowerCase())) {
      throw new Error(`inputs has "${name}" twice. Give each table a name of its own.`);
    }
    names.add(name.toLowerCase());
    if (table.uri === output.uri) {
      throw new Error(
        `The input "${name}" is the output, ${output.uri}. Every run would ask for the next: read another table.`,
      );
    }
  }
}

function requireName(property: string, name: string): void {
  if (/^[A-Za-z_]\w{0,127}$/.test(name)) return;
  throw new Error(
    `${property} has the name "${name}". Allowed: letters, digits and underscores, no digit first.`,
  );
}

function requireMode({ mode, inputs, output }: Transformation, props: SqlTransformProps): void {
  if (mode.kind === 'merge') {
    if (output.key.length === 0) {
      throw new Error(
        'TransformMode.merge needs a primary key in the contract of the output, which has none. ' +
          'Give it primaryKey: true on its columns, or take TransformMode.full().',
      );
    }
    const driver = inputs.find(({ name }) => name === mode.driver);
    if (mode.driver !== undefined && (driver === undefined || driver.lookup)) {
      throw new Error(
        `TransformMode.merge("${mode.driver}"): inputs has ${driver === undefined ? 'no such table' : 'it as a lookup'}. ` +
          `Allowed: ${named(inputs.filter(({ lookup }) => !lookup).map(({ name }) => name))}.`,
      );
    }
  }
  const given = inputs.find(({ changedValue }) => changedValue !== undefined);
  if (mode.kind !== 'incremental') {
    if (given === undefined) return;
    throw new Error(
      `The input "${given.name}" has a changedValue, which only TransformMode.incremental reads. Leave it out.`,
    );
  }
  const column = output.columns.find(({ name }) => name === mode.column);
  if (column === undefined) {
    throw new Error(
      `TransformMode.incremental("${mode.column}"): the output has no such column. ` +
        `Allowed: ${named(output.columns.map(({ name }) => name))}.`,
    );
  }
  if (typeof column.type !== 'string' || !LISTABLE.test(column.type)) {
    throw new Error(
      `TransformMode.incremental("${mode.column}"): its type is ${typeof column.type === 'string' ? column.type : `a ${column.type.type}`}. ` +
        'Allowed: string, integer, decimal, date, boolean, timestamp without time zone.',
    );
  }
  const following = props.inputs.filter(({ lookup }) => lookup !== true);
  if (following.length === 0) {
    throw new Error(
      'All inputs are lookups: nothing would ever change. Let lookup be false for one of them.',
    );
  }
  const without = following.find(
    (input) =>
      input.changedValue === undefined &&
      columnsOf(input)?.fields.every(({ name }) => name !== mode.column) === true,
  );
  if (without === undefined) return;
  throw new Error(
    `TransformMode.incremental("${mode.column}"): the input "${without.name}" has no such column. Give it a changedValue, ` +
      `SQL over its columns (${named(columnsOf(without)!.fields.map(({ name }) => name))}), or make it a lookup.`,
  );
}

function named(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}

/** The rules of the inputs whose contracts are known. */
function gatesOf({ inputs }: SqlTransformProps): TransformationGate[] {
  return inputs.flatMap((input) => {
    const schema = schemaOf(input);
    const contract = contractOf(input);
    if (schema === undefined || contract === undefined) return [];
    const gates = QualityGates.of(schema);
    const measured = gates.gates.some(({ notEvaluated }) => notEvaluated === undefined);
    if (!measured) return [];
    const { id: contractId, version: contractVersion } = contract;
    return [{ input: input.name, plan: gates._plan, contractId, contractVersion }];
  });
}
