import { rmSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { type DataContract, EventDeduplication, Lookup, Transform } from '../lib/aws';
import { readContract } from './read-contract';
import { type GoldTable, ReferenceStack } from './reference-stack';
import type { TransformArguments } from './transform-arguments';

/** What a run has beside its contracts. */
export interface SynthesisOptions {
  /** The user's own code, which the records of every product go through. */
  readonly transform?: TransformArguments;
  /** Field of the records that an event is known by, and taken once. */
  readonly eventId?: string;
  /** Contracts of products that are fed by files. */
  readonly fileContracts?: readonly DataContract[];
  /** Share of the records that are looked at for personal data the contracts do not know of. @default - none are */
  readonly personalDataSample?: number;
  /** Tables made of those of the products. */
  readonly gold?: readonly GoldTable[];
}

/**
 * Synthesizes the reference stack with a product for each contract into a directory, which is replaced.
 */
export function synthesizeReference(
  contracts: DataContract[],
  directory: string,
  { transform, eventId, fileContracts = [], gold = [], personalDataSample }: SynthesisOptions = {},
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
    fileContracts: [...fileContracts],
    gold: [...gold],
    transform: transform && transformOf(transform),
    // What a transform takes is known by its input contract only.
    personalDataDetection:
      personalDataSample === undefined || (transform !== undefined && transform.inputContract === undefined)
        ? undefined
        : { sampleRate: personalDataSample },
    deduplication: eventId === undefined ? undefined : EventDeduplication.byProperty(eventId),
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
