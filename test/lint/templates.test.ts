import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnResource, type Environment, Stack } from 'aws-cdk-lib';
import { exampleGold, readContracts } from '../../bin/reference-contracts';
import { ReferenceStack } from '../../bin/reference-stack';
import { LakeCatalog, LakeTable, MedallionLake, TableMaintenance, Zone } from '../../lib/aws';
import { optional } from '../skip';
import { ordersContract } from '../snapshots/orders-contract';

const directory = mkdtempSync(join(tmpdir(), 'templates-'));
afterAll(() => rmSync(directory, { recursive: true }));

const ENVIRONMENTS: { [name: string]: Environment } = {
  Anywhere: {},
  Bound: { account: '123456789012', region: 'eu-central-1' },
};

/** What the CDK writes about a validation, as far as it is read here. */
interface ValidationReport {
  readonly pluginReports: {
    readonly violations: {
      readonly ruleName: string;
      readonly description: string;
      readonly violatingConstructs: { readonly constructPath: string }[];
    }[];
  }[];
}

/** Synthesizes what is built in a fresh app; returns the directory of the assembly. */
function synthesize(build: (app: App) => void, context: { [key: string]: unknown } = {}): string {
  const outdir = mkdtempSync(join(directory, 'assembly-'));
  const app = new App({ outdir, context });
  build(app);
  app.synth();
  return outdir;
}

function referenceStacks(app: App): void {
  for (const [name, env] of Object.entries(ENVIRONMENTS)) {
    new ReferenceStack(app, name, { contracts: readContracts(), gold: exampleGold(), env });
  }
}

/** What the reference stack does not have. */
function maintainedTable(app: App): void {
  const stack = new Stack(app, 'Maintained', { env: ENVIRONMENTS.Bound });
  const catalog = LakeCatalog.of(new MedallionLake(stack, 'Lake'));
  const table = new LakeTable(stack, 'Orders', { contract: ordersContract(), catalog, zone: Zone.BRONZE });
  new TableMaintenance(stack, 'Maintenance', { table });
}

const cfnLint = {
  name: 'cfn-lint',
  present: spawnSync('cfn-lint', ['--version']).status === 0,
  install: 'pip install cfn-lint',
};

/** The reference stack, made once: what aws-cdk-lib deprecates fails its synthesis. */
let reference: string;
beforeAll(() => {
  const setting = process.env.JSII_DEPRECATED;
  process.env.JSII_DEPRECATED = 'fail';
  try {
    reference = synthesize(referenceStacks);
  } finally {
    if (setting === undefined) delete process.env.JSII_DEPRECATED;
    else process.env.JSII_DEPRECATED = setting;
  }
});

test('the reference stack uses nothing of aws-cdk-lib that is deprecated', () => {
  for (const name of Object.keys(ENVIRONMENTS))
    expect(existsSync(join(reference, `${name}.template.json`))).toBe(true);
});

optional(cfnLint)('cfn-lint', () => {
  let found: string[];
  const wrong = join(directory, 'wrong.json');

  beforeAll(() => {
    writeFileSync(
      wrong,
      JSON.stringify({ Resources: { Q: { Type: 'AWS::SQS::Queue', Properties: { No: 1 } } } }),
    );
    const templates = [
      ...Object.keys(ENVIRONMENTS).map((name) => join(reference, `${name}.template.json`)),
      join(synthesize(maintainedTable), 'Maintained.template.json'),
      wrong,
    ];
    // W3005 reports a DependsOn that a reference implies as well; the CDK writes both. All at once: it takes longer to
    // start than to read a template.
    const { stdout } = spawnSync(
      'cfn-lint',
      ['--format', 'parseable', '--ignore-checks', 'W3005', '--', ...templates],
      { encoding: 'utf8' },
    );
    found = stdout.trim().split('\n');
  });

  it('has nothing to say about the reference stack, in any environment and in one, nor about a table that is maintained', () => {
    expect(found.filter((line) => !line.startsWith(wrong))).toEqual([]);
  });

  it('would say it if there were something', () => {
    expect(found.filter((line) => line.startsWith(wrong)).join('\n')).toContain('E3002');
  });
});

describe('the template validation of aws-cdk-lib', () => {
  const setting = process.env.CDK_VALIDATION;
  beforeAll(() => (process.env.CDK_VALIDATION = 'true'));
  afterAll(() => (process.env.CDK_VALIDATION = setting));

  /** Rules that are broken, whatever their severity, with the resources that break them. */
  function violations(build: (app: App) => void): string[] {
    const silenced = jest.spyOn(console, 'error').mockImplementation();
    const assembly = synthesize(build);
    silenced.mockRestore();
    const report = readFileSync(join(assembly, 'validation-report.json'), 'utf8');
    const { pluginReports } = JSON.parse(report) as ValidationReport;
    return pluginReports.flatMap((plugin) =>
      plugin.violations.map(({ ruleName, description, violatingConstructs }) =>
        [ruleName, description, ...violatingConstructs.map(({ constructPath }) => constructPath)].join(' '),
      ),
    );
  }

  it('finds nothing in the reference stack, nor in a table that is maintained', () => {
    expect(violations(referenceStacks)).toEqual([]);
    expect(violations(maintainedTable)).toEqual([]);
  });

  it('would find something if there were', () => {
    const wrong = (app: App) =>
      new CfnResource(new Stack(app, 'Stack'), 'Queue', {
        type: 'AWS::SQS::Queue',
        properties: { DelaySeconds: 'soon' },
      });
    expect(violations(wrong)).toEqual(["F3012 DelaySeconds: 'soon' is not of type 'integer' Stack/Queue"]);
  });
});
