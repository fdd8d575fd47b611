import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');
const PROGRAM = join(ROOT, 'dist/bin/reference-app.js');

// What cdk.json names as the app, run as the CLI runs it.
describe('the reference app', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'reference-app-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  function synthesize(context: Record<string, string>, environment: Record<string, string> = {}): any {
    execFileSync(process.execPath, [PROGRAM], {
      cwd: directory,
      env: {
        ...process.env,
        CDK_DEFAULT_ACCOUNT: undefined,
        CDK_DEFAULT_REGION: undefined,
        CDK_OUTDIR: join(directory, 'out'),
        CDK_CONTEXT_JSON: JSON.stringify(context),
        ...environment,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const manifest = JSON.parse(readFileSync(join(directory, 'out/manifest.json'), 'utf8'));
    const [name] = readdirSync(join(directory, 'out')).filter((file) => file.endsWith('.template.json'));
    const stack = name.replace('.template.json', '');
    return {
      stack,
      environment: manifest.artifacts[stack].environment,
      ...JSON.parse(readFileSync(join(directory, 'out', name), 'utf8')),
    };
  }

  test('is what cdk.json runs', () => {
    const { app } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'));
    expect(join(ROOT, app.replace(/^node /, ''))).toBe(PROGRAM);
    expect(existsSync(PROGRAM)).toBe(true);
  });

  test('makes the examples, for any account and region, where nothing is said', () => {
    const { stack, environment, Outputs } = synthesize({});
    expect(stack).toBe('Lakehouse');
    expect(environment).toBe('aws://unknown-account/unknown-region');
    expect(Object.keys(Outputs)).toEqual(
      expect.arrayContaining([
        'AlarmTopicArn',
        'EarthquakesStreamName',
        'FlightsBronzeTable',
        'MoviesQuarantineTable',
      ]),
    );
  });

  test('makes the account and region the CLI found', () => {
    const { environment } = synthesize(
      {},
      { CDK_DEFAULT_ACCOUNT: '123456789012', CDK_DEFAULT_REGION: 'eu-west-1' },
    );
    expect(environment).toBe('aws://123456789012/eu-west-1');
  });

  test('makes the contracts named, in an environment, with data that goes', () => {
    writeFileSync(
      join(directory, 'clicks.odcs.yaml'),
      `apiVersion: v3.1.0
kind: DataContract
id: c1
version: 1.0.0
status: active
schema: [{ name: clicks, properties: [{ name: id, logicalType: string }] }]
`,
    );
    const { stack, Outputs, Resources } = synthesize({
      contracts: 'clicks.odcs.yaml',
      environment: 'dev',
      destroyData: 'true',
    });
    expect(stack).toBe('Lakehouse-dev');
    expect(Outputs.ClicksBronzeTable.Value).toBe('glue://dev_lakehouse_bronze/clicks');
    const buckets = Object.values<any>(Resources).filter(({ Type }) => Type === 'AWS::S3::Bucket');
    for (const { DeletionPolicy } of buckets) expect(DeletionPolicy).toBe('Delete');
  });

  test('says what is wrong with a contract it cannot use', () => {
    expect(() => synthesize({ contracts: 'absent.odcs.yaml' })).toThrow(/absent\.odcs\.yaml/);
  });
});
