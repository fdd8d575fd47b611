import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { LakeNetwork } from '../lib/aws';
import { exampleGold, readContracts } from './reference-contracts';
import { ReferenceStack } from './reference-stack';

/**
 * The reference lakehouse as a CDK app. Context (`npx cdk synth -c key=value`):
 * - `contracts`: files, with commas between; otherwise those in examples/contracts, and a gold table of the flights
 * - `environment`: for example `dev`; part of the stack's name
 * - `alarmEmail`: who is told of alarms
 * - `privateNetwork`: `true` puts every function into a network without a way out, in a stack of its own
 * - `destroyData`: `true` deletes every bucket, table and stream with the stack
 *
 * Without CDK_DEFAULT_ACCOUNT and CDK_DEFAULT_REGION the template fits any account and region.
 */
const app = new App();
const text = (key: string): string | undefined => app.node.tryGetContext(key) as string | undefined;

const environment = text('environment');
const contracts = text('contracts')?.split(',');
const name = environment === undefined ? 'Lakehouse' : `Lakehouse-${environment}`;
const env = { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION };
new ReferenceStack(app, name, {
  contracts: readContracts(contracts),
  gold: contracts === undefined ? exampleGold() : [],
  environment,
  alarmEmail: text('alarmEmail'),
  removalPolicy: String(text('destroyData')) === 'true' ? RemovalPolicy.DESTROY : undefined,
  network:
    String(text('privateNetwork')) === 'true'
      ? new LakeNetwork(new Stack(app, `${name}-Network`, { env }), 'Network')
      : undefined,
  env,
});
app.synth();
