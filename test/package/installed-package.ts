import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const root = resolve(__dirname, '../..');

/** Peers a user of AWS installs beside the package; linked rather than downloaded, to keep the test short. */
const LINKED_PEERS = ['aws-cdk-lib', 'constructs'];

/** A contract as a user writes it. */
const CONTRACT = `
apiVersion: v3.1.0
kind: DataContract
id: urn:datacontract:shop:orders
version: 1.0.0
status: active
name: orders
schema:
  - name: orders
    logicalType: object
    properties:
      - name: order_id
        logicalType: string
        required: true
        primaryKey: true
        primaryKeyPosition: 1
      - name: ordered_at
        logicalType: timestamp
        required: true
        partitioned: true
        partitionKeyPosition: 1
      - name: amount
        logicalType: number
        physicalType: decimal(12,2)
slaProperties:
  - property: latency
    value: 5
    unit: min
`;

/** What must not be reached for at synth: other programs, the network, a bundler. */
const NOTHING_BUT_NODE = `
const refuse = (what) => () => { throw new Error('synth reached for ' + what); };
const childProcess = require('node:child_process');
for (const name of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork']) {
  childProcess[name] = refuse('another program (' + name + ')');
}
require('node:net').Socket.prototype.connect = refuse('the network');
require('node:dns').lookup = refuse('the network');
const Module = require('node:module');
const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  if (/^(esbuild|cdktf|@cdktf\\/|cdk-nag|jest)/.test(request)) refuse(request)();
  return resolve.call(this, request, ...rest);
};
`;

const STACK = `
const app = new App({ outdir: process.argv[2], analyticsReporting: false });
const stack = new Stack(app, 'Lakehouse');
const lake = new MedallionLake(stack, 'Lake');
const stream = new IngestStream(stack, 'OrderEvents');
const product = new DataProduct(stack, 'Orders', {
  contract: DataContract.fromFile('orders.odcs.yaml'), lake, source: StreamSource.kinesis(stream),
});
product.alarms.notify(new Topic(stack, 'Operators'));
app.synth();
`;

/** Peers a user of Google or Azure installs instead. */
const TERRAFORM_PEERS = ['cdktf', '@cdktf/provider-google', '@cdktf/provider-azurerm', 'constructs'];

/** What such a user writes. */
const GOOGLE = `
const { App, TerraformStack } = require('cdktf');
const { GoogleProvider } = require('@cdktf/provider-google/lib/provider');
const { BucketLocation, MedallionLake } = require('lakehouse-constructs/google');
const app = new App({ outdir: process.argv[2] });
const stack = new TerraformStack(app, 'Lakehouse');
new GoogleProvider(stack, 'google', { project: 'acme' });
new MedallionLake(stack, 'Lake', { name: 'acme', location: BucketLocation.region('europe-west3') });
app.synth();
`;

/** The user's program, once for `require` and once for `import`. */
const PROGRAMS = {
  'app.cjs': `
const { App, Stack } = require('aws-cdk-lib');
const { Topic } = require('aws-cdk-lib/aws-sns');
const { MedallionLake, IngestStream, DataProduct, StreamSource, DataContract } = require('lakehouse-constructs/aws');
${STACK}`,
  'app.mjs': `
import { App, Stack } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { MedallionLake, IngestStream, DataProduct, StreamSource } from 'lakehouse-constructs';
import { DataContract } from 'lakehouse-constructs/contract';
${STACK}`,
  'orders.odcs.yaml': CONTRACT,
  'nothing-but-node.cjs': NOTHING_BUT_NODE,
};

/** Runs a program of npm's or our own and returns what it prints; its error output is part of a failure's message. */
export function run(command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv = {}): string {
  try {
    return execFileSync(command, args, {
      cwd,
      env: { ...process.env, ...env },
      encoding: 'utf8',
      stdio: 'pipe',
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}\n${stderr}`);
  }
}

/** Packs the built package as `npm publish` would. Returns the path of the tarball. */
export function packTarball(): string {
  const destination = mkdtempSync(join(tmpdir(), 'packed-'));
  run('npm', ['pack', '--ignore-scripts', '--pack-destination', destination], root);
  return join(destination, readdirSync(destination)[0]);
}

/** A user's project in an empty folder, with the tarball installed by npm. */
export function userProject(tarball: string): string {
  const project = mkdtempSync(join(tmpdir(), 'user-project-'));
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'user-project', private: true }));
  // Peers are linked below; everything else comes from npm's cache where it is warm.
  const flags = ['--legacy-peer-deps', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
  run('npm', ['install', ...flags, tarball], project);
  for (const peer of LINKED_PEERS) {
    symlinkSync(join(root, 'node_modules', peer), join(project, 'node_modules', peer), 'dir');
  }
  for (const [name, text] of Object.entries(PROGRAMS)) writeFileSync(join(project, name), text);
  return project;
}

/** The same project somewhere else, with other times on its files. */
export function copyOfProject(project: string): string {
  const copy = join(mkdtempSync(join(tmpdir(), 'elsewhere-')), 'deeper', 'user-project');
  mkdirSync(copy, { recursive: true });
  cpSync(project, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

/** The same project with the peers of Terraform, and without those of AWS. */
export function terraformProject(project: string): string {
  const copy = copyOfProject(project);
  for (const peer of LINKED_PEERS) rmSync(join(copy, 'node_modules', peer));
  mkdirSync(join(copy, 'node_modules/@cdktf'));
  for (const peer of TERRAFORM_PEERS) {
    symlinkSync(join(root, 'node_modules', peer), join(copy, 'node_modules', peer), 'dir');
  }
  writeFileSync(join(copy, 'google.cjs'), GOOGLE);
  return copy;
}

export interface Assembly {
  readonly template: { readonly Resources: { readonly [id: string]: { readonly Type: string } } };
  /** Hashes of all assets but the template's own. */
  readonly assets: string[];
}

/** Synthesizes a program of the user's project by a Node that can reach nothing else. */
export function synthesize(project: string, program: string): Assembly {
  const out = mkdtempSync(join(tmpdir(), 'assembly-'));
  run(process.execPath, ['--require', './nothing-but-node.cjs', program, out], project, {
    CDK_VALIDATION: 'false',
    PATH: '',
  });
  const manifest = JSON.parse(readFileSync(join(out, 'Lakehouse.assets.json'), 'utf8'));
  return {
    template: JSON.parse(readFileSync(join(out, 'Lakehouse.template.json'), 'utf8')),
    assets: Object.keys(manifest.files)
      .filter((hash) => !manifest.files[hash].source.path.endsWith('.template.json'))
      .sort(),
  };
}

/** Text that gives away the machine a file was made on. */
export function machinePathsIn(text: string): string[] {
  return [root, homedir(), tmpdir()].filter((path) => path.length > 1 && text.includes(`${path}/`));
}
