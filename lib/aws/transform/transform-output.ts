import type { SchemaObject } from '../../contract';
import { LakeTable } from '../catalog';
import { requireDescribedBy } from '../catalog/table-purpose';
import type { SqlTransformProps } from './sql-transform-props';

/** @throws Error when nothing says which columns the output has */
export function outputSchema({ output, contract, schemaName }: SqlTransformProps): SchemaObject {
  if (contract !== undefined) {
    const schema = contract.schema(schemaName);
    requireDescribedBy('output', output, contract, schema);
    return schema;
  }
  if (output instanceof LakeTable) return output.schema;
  throw new Error(
    `The output "${output.node.path}" is imported, so that nothing says which columns it has. Pass its contract.`,
  );
}

/** What errors call the contract. */
export function contractName({ contract }: SqlTransformProps, schema: SchemaObject): string {
  return contract === undefined
    ? `the contract of ${schema.name}`
    : `${schema.name} of contract ${contract.id} ${contract.version}`;
}
