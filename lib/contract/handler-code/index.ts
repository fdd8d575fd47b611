import type { DataContract } from '../data-contract';
import { bronzePartitionSpec } from '../partition-spec';
import { rowPlan } from '../quality/row-gates';
import { refinementOf } from '../refinement';
import type { SchemaObject } from '../schema-object';
import { bronzeSchema } from '../table-schema';
import { appendFields } from './append-code';
import { literal } from './literal';
import { recordFields } from './record-shape';
import { planRow, type RowNode } from './row-plan';
import { ValidationCode, variable } from './validation-code';

export type * from './row-runtime';

/**
 * Compiles a contract to the ES module a handler runs: `contract` says what the module was made from, `rowWriter`
 * makes a function that checks a record and writes it into column buffers; `fields` says what a record looks like, for
 * code that reads records by their contract; `refinement` and `rowGates` are for the way from bronze to silver. The same
 * contract gives the same text, byte for byte, on every machine; the text imports nothing and holds what the contract says
 * as literals only.
 *
 * @throws Error for a pattern that is not a regular expression, or a bound that is not a number
 */
export function compileContract(contract: DataContract, schema: SchemaObject): string {
  const plan = planRow(schema.properties);
  const compiled = {
    contractId: contract.id,
    contractVersion: contract.version,
    schemaName: schema.name,
    schemaHash: schema.schemaHash,
    hasCriticalFields: schema.criticalFields.length > 0,
    schema: bronzeSchema(schema),
    partitionSpec: bronzePartitionSpec(schema),
  };
  const validation = new ValidationCode(schema.allowsUnknownFields);
  const checks = validation.object(plan.fields, 'record', '', '', false);
  const lines = [
    '// Generated from a data contract. Changes belong into the contract.',
    `export const contract = ${literal(compiled)};`,
    `export const refinement = ${literal(refinementOf(schema))};`,
    `export const rowGates = ${literal(rowPlan(schema))};`,
    `export const leaves = ${literal(plan.leaves)};`,
    `export const allowsUnknownFields = ${literal(schema.allowsUnknownFields)};`,
    `export const expectsUnknownFields = ${literal(schema.expectsUnknownFields)};`,
    `export const fields = ${literal(recordFields(schema.properties))};`,
    'export function rowWriter(runtime) {',
    ...validation.setup,
    'return function writeRow(record, target) {',
    ...validation.variables.map((name) => `let ${name} = ${name.startsWith('p') ? 'false' : 'null'};`),
    ...checks,
    'if (target.hasExtra) { const again = target.sealExtra(); if (again !== undefined) return again; }',
    'let c;',
    'if (target.partitioned) {',
    'const slots = target.slots, values = target.partitionValues;',
    ...partitionSources(plan.fields),
    'c = target.select();',
    '} else c = target.columns;',
    ...appendFields(plan.fields),
    '};',
    '}',
    '',
  ];
  return lines.join('\n');
}

/** Any leaf outside lists may be what the table is partitioned by: which, only the table knows. */
function partitionSources(nodes: readonly RowNode[]): string[] {
  return nodes.flatMap((node) => {
    switch (node.kind) {
      case 'leaf':
        return [`if (slots[${node.leaf}] >= 0) values[slots[${node.leaf}]] = ${variable(node)};`];
      case 'struct':
        return partitionSources(node.fields);
      case 'list':
        return [];
    }
  });
}
