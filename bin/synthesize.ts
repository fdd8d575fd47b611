import { rmSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { type DataContract, Lookup, Transform } from '../lib/aws';
import { readContract } from './read-contract';
import { type GoldTable, ReferenceStack } from './reference-stack';
import type { TransformArguments } from './transform-arguments';

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
  gold: readonly GoldTable[] = [],
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
  new ReferenceStack(app, 'Lakehouse', {
    contracts,
    gold: [...gold],
    transform: transform && transformOf(transform),
  });
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
