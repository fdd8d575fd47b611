import { App, RemovalPolicy } from 'aws-cdk-lib';
import { readContracts } from './reference-contracts';
import { ReferenceStack } from './reference-stack';

/**
 * The reference lakehouse as a CDK app. Context (`npx cdk synth -c key=value`):
 * - `contracts`: files, with commas between; the contracts in examples/contracts otherwise
 * - `environment`: for example `dev`; part of the stack's name
 * - `alarmEmail`: who is told of alarms
 * - `destroyData`: `true` deletes every bucket, table and stream with the stack
 *
 * Without CDK_DEFAULT_ACCOUNT and CDK_DEFAULT_REGION the template fits any account and region.
 */
const app = new App();
const text = (key: string): string | undefined => app.node.tryGetContext(key) as string | undefined;

const environment = text('environment');
new ReferenceStack(app, environment === undefined ? 'Lakehouse' : `Lakehouse-${environment}`, {
  contracts: readContracts(text('contracts')?.split(',')),
  environment,
  alarmEmail: text('alarmEmail'),
  removalPolicy: String(text('destroyData')) === 'true' ? RemovalPolicy.DESTROY : undefined,
  env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION },
});
app.synth();
