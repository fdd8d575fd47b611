import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  copyOfProject,
  machinePathsIn,
  packTarball,
  root,
  run,
  synthesize,
  terraformProject,
  userProject,
} from './installed-package';

const MIB = 1024 * 1024;

let tarball: string;
let project: string;
let installed: string;
let files: string[];

beforeAll(() => {
  tarball = packTarball();
  project = userProject(tarball);
  installed = join(project, 'node_modules/lakehouse-constructs');
  files = readdirSync(installed, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(join(installed, file)).isFile())
    .sort();
}, 120_000);

afterAll(() => {
  rmSync(dirname(tarball), { recursive: true });
  rmSync(project, { recursive: true });
});

describe('the tarball', () => {
  it('holds the library with its declarations, the handler bundles, documentation and licence', () => {
    for (const entry of ['', 'aws/', 'google/', 'azure/', 'contract/', 'testing/']) {
      expect(files).toContain(`dist/lib/${entry}index.js`);
      expect(files).toContain(`dist/lib/${entry}index.d.ts`);
    }
    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'dist/bin/lakehouse.js',
        'dist/handlers/kinesis-ingest/index.mjs',
        'dist/handlers/kinesis-transform/index.mjs',
        'package.json',
      ]),
    );
  });

  it('holds no sources, tests, maps or leftovers of a build', () => {
    const foreign = files.filter((file) =>
      /(^|\/)(test|bench|scripts|node_modules)\/|\.map$|tsbuildinfo/.test(file),
    );
    expect(foreign).toEqual([]);
    expect(files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))).toEqual([]);
  });

  it('does not give away the machine it was built on', () => {
    const telling = files.filter(
      (file) => machinePathsIn(readFileSync(join(installed, file), 'utf8')).length > 0,
    );
    expect(telling).toEqual([]);
  });

  it('is small', () => {
    const unpacked = files.reduce((sum, file) => sum + statSync(join(installed, file)).size, 0);
    const size = (bytes: number) => `${(bytes / MIB).toFixed(2)} MiB`;
    console.info(
      `Package: ${size(statSync(tarball).size)} packed, ${size(unpacked)} unpacked, ${files.length} files`,
    );
    expect(statSync(tarball).size).toBeLessThan(5 * MIB);
  });

  it('installs the command', () => {
    expect(existsSync(join(project, 'node_modules/.bin/lakehouse'))).toBe(true);
  });

  it('is clean for publint', () => {
    run(
      process.execPath,
      [join(root, 'node_modules/publint/src/cli.js'), installed, '--strict', '--pack', 'false'],
      root,
    );
  });

  it('resolves to types under every module resolution (arethetypeswrong)', () => {
    const cli = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    const output = run(process.execPath, [cli, tarball, '--no-definitely-typed', '--format', 'json'], root);
    const { analysis } = JSON.parse(output) as { analysis: { problems: { kind: string }[] } };
    expect(analysis.problems).toEqual([]);
  }, 60_000);
});

describe('a user who installed it', () => {
  const kinds = (program: string) => {
    const { template } = synthesize(project, program);
    return new Set(Object.values(template.Resources).map(({ Type }) => Type));
  };

  it.each(['app.cjs', 'app.mjs'])(
    'synthesizes %s with nothing but Node: no bundler, program or network',
    (program) => {
      expect([...kinds(program)]).toEqual(
        expect.arrayContaining([
          'AWS::S3::Bucket',
          'AWS::Kinesis::Stream',
          'AWS::Lambda::Function',
          'AWS::Lambda::EventSourceMapping',
          'AWS::CloudWatch::Alarm',
        ]),
      );
    },
  );

  it('gets the same assets in any directory, on any day', () => {
    const copy = copyOfProject(project);
    const [here, there] = [synthesize(project, 'app.cjs'), synthesize(copy, 'app.cjs')];
    rmSync(copy, { recursive: true });
    expect(here.assets.length).toBeGreaterThan(0);
    expect(there.assets).toEqual(here.assets);
    expect(there.template).toEqual(here.template);
  });

  it('loads no package of another cloud', () => {
    const foreign = /^(cdktf|@cdktf|@aws-sdk|@duckdb|cdk-nag|jest)/;
    expect(loaded(project, 'aws').filter((name) => foreign.test(name))).toEqual([]);
    expect(loaded(project, 'aws')).toContain('aws-cdk-lib');
    for (const entry of ['contract', 'testing']) {
      expect(loaded(project, entry).filter((name) => /^(cdktf|@cdktf|aws-cdk-lib)/.test(name))).toEqual([]);
    }
  });

  it('type-checks a strict program against the declarations', () => {
    const program = `
      import { App, Stack } from 'aws-cdk-lib';
      import { DataContract, DataProduct, IngestStream, MedallionLake, StreamSource, Zone } from 'lakehouse-constructs/aws';
      import { iamStatements, stackSnapshot } from 'lakehouse-constructs/testing';
      const stack = new Stack(new App(), 'Lakehouse');
      const lake = new MedallionLake(stack, 'Lake');
      const source = StreamSource.kinesis(new IngestStream(stack, 'Events'));
      const contract: DataContract = DataContract.fromFile('orders.odcs.yaml');
      const product = new DataProduct(stack, 'Orders', { contract, lake, source });
      const zone: Zone = Zone.BRONZE;
      const text: string = stackSnapshot(stack) + iamStatements(stack)[0].text + zone + product.node.path;
      // @ts-expect-error the contract is a model, not a path
      new DataProduct(stack, 'Wrong', { contract: 'orders.odcs.yaml', lake, source });
      export { text };`;
    writeFileSync(join(project, 'app.ts'), program);
    const compilerOptions = {
      strict: true,
      skipLibCheck: false,
      noEmit: true,
      target: 'ES2022',
      module: 'Node16',
      moduleResolution: 'Node16',
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }));
    run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project], project);
  }, 120_000);
});

describe('a user of Google or Azure, who has no aws-cdk-lib', () => {
  let terraform: string;
  beforeAll(() => {
    terraform = terraformProject(project);
  });
  afterAll(() => rmSync(terraform, { recursive: true }));

  it('loads one provider, and nothing of another cloud', () => {
    const clouds = (entry: string) =>
      loaded(terraform, entry).filter((name) => /^(cdktf|@cdktf|aws-cdk-lib|cdk-nag|jest)/.test(name));
    expect(clouds('google').sort()).toEqual(['@cdktf/provider-google', 'cdktf']);
    expect(clouds('azure').sort()).toEqual(['@cdktf/provider-azurerm', 'cdktf']);
  });

  it('synthesizes a lake', () => {
    const out = mkdtempSync(join(tmpdir(), 'terraform-'));
    run(process.execPath, ['google.cjs', out], terraform, { PATH: '' });
    const { resource } = JSON.parse(readFileSync(join(out, 'stacks/Lakehouse/cdk.tf.json'), 'utf8'));
    expect(Object.keys(resource.google_storage_bucket)).toHaveLength(4);
  });
});

/** The packages an entry point of the library brings into a program. */
function loaded(directory: string, entry: string): string[] {
  const script = `require('lakehouse-constructs/${entry}');
    const names = Object.keys(require.cache).map((file) => /.*node_modules[/\\\\](@[^/\\\\]+[/\\\\][^/\\\\]+|[^/\\\\]+)/.exec(file)?.[1]);
    console.log(JSON.stringify([...new Set(names)]));`;
  return JSON.parse(run(process.execPath, ['-e', script], directory)) as string[];
}
