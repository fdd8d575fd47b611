import { rmSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import type { DataContract } from '../lib/contract';
import { ReferenceStack } from './reference-stack';

/** Synthesizes the reference stack with a product for each contract into a directory, which is replaced. */
export function synthesizeReference(contracts: DataContract[], directory: string): void {
  // The checks of the CloudFormation schema cost more than the whole run; `cdk synth` makes them.
  process.env.CDK_VALIDATION ??= 'false';
  rmSync(directory, { recursive: true, force: true });
  const app = new App({
    outdir: directory,
    analyticsReporting: false,
    // The report names what it shows by its place in the construct tree.
    context: { 'aws:cdk:enable-path-metadata': true },
  });
  new ReferenceStack(app, 'Lakehouse', { contracts });
  app.synth();
}
