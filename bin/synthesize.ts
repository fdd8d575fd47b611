import { rmSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { type DataContract, LakeTable, Lookup, SqlText, SqlTransform, Transform, Zone } from '../lib/aws';
import { readContract } from './read-contract';
import { ReferenceStack } from './reference-stack';
import type { TransformArguments } from './transform-arguments';

/** A gold table made by SQL of the silver table of a product, which the SQL knows by the product's name. */
export interface GoldExample {
  readonly product: string;
  readonly contract: DataContract;
  /** File of one SELECT. */
  readonly sql: string;
}

/**
 * Synthesizes the reference stack with a product for each contract into a directory, which is replaced.
 *
 * @param transform the user's own code, which the records of every product go through
 * @param gold tables made of those of the products
 */
export function synthesizeReference(
  contracts: DataContract[],
  directory: string,
  transform?: TransformArguments,
  gold: readonly GoldExample[] = [],
): void {
  // The checks of the CloudFormation schema cost more than the whole run; `cdk synth` makes them.
  process.env.CDK_VALIDATION ??= 'false';
  rmSync(directory, { recursive: true, force: true });
  const app = new App({
    outdir: directory,
    analyticsReporting: false,
    // The report names what it shows by its place in the construct tree.
    context: { 'aws:cdk:enable-path-metadata': true },
  });
  const stack = new ReferenceStack(app, 'Lakehouse', {
    contracts,
    transform: transform && transformOf(transform),
  });
  for (const example of gold) addGold(stack, example);
  app.synth();
}

function transformOf({ file, inputContract, lookups }: TransformArguments): Transform {
  const options = {
    inputContract: inputContract === undefined ? undefined : readContract(inputContract),
    lookups: Object.fromEntries(
      lookups.map((lookup) => [lookup.name, Lookup.file(lookup.file, { keyField: lookup.keyField })]),
    ),
  };
  return file.endsWith('.mjs') ? Transform.fromBundle(file, options) : Transform.fromFile(file, options);
}

function addGold(stack: ReferenceStack, { product, contract, sql }: GoldExample): void {
  const table = contract.schema().tableName;
  const output = new LakeTable(stack, `Gold-${table}`, { contract, catalog: stack.catalog, zone: Zone.GOLD });
  new SqlTransform(stack, `Transform-${table}`, {
    sql: SqlText.fromFile(sql),
    inputs: [{ name: product, table: stack.products.get(product)!.table(Zone.SILVER) }],
    output,
  });
}
