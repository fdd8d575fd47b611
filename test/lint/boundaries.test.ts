import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, resolve, sep } from 'node:path';
import * as ts from 'typescript';

const root = resolve(__dirname, '../..');

/** What a room may know, besides itself and Node: other rooms, and packages. */
interface Room {
  readonly rooms: string[];
  readonly packages: RegExp;
}

/** The lines of docs/architecture.md, over every way of importing: `import`, `import()`, `require`, types as well. */
const ROOMS: { readonly [room: string]: Room } = {
  'lib/contract': { rooms: [], packages: /^yaml$/ },
  'lib/aws': { rooms: ['lib/contract'], packages: /^(aws-cdk-lib|constructs)$/ },
  // What both clouds of Terraform need of cdktf itself.
  'lib/terraform': { rooms: ['lib/contract'], packages: /^(cdktf|constructs)$/ },
  'lib/google': {
    rooms: ['lib/contract', 'lib/terraform'],
    packages: /^(cdktf|@cdktf\/provider-google|constructs)$/,
  },
  'lib/azure': {
    rooms: ['lib/contract', 'lib/terraform'],
    packages: /^(cdktf|@cdktf\/provider-azurerm|constructs)$/,
  },
  'lib/testing': { rooms: [], packages: /^(aws-cdk-lib|cdk-nag|cdktf|constructs|yaml)$/ },
  // The laptop reads templates, not constructs: whoever wrote the app. The SDK is for emulators, loaded when asked for.
  'lib/local': {
    rooms: [
      'lib/contract',
      'lambda/tables',
      'lambda/formats',
      'lambda/stores',
      'lambda/sources',
      'lambda/engines',
    ],
    packages: /^(@aws-sdk\/client-.*|@smithy\/node-http-handler|@duckdb\/node-api|jsonata|yaml|hysnappy)$/,
  },
  // What the command asks of an account, or of the assembly that will be deployed there. The SDK is the user's own, loaded
  // when asked for.
  'lib/operations': {
    rooms: ['lib/contract', 'lib/local', 'lambda/stores'],
    packages: /^@aws-sdk\/client-(cloudformation|glue|lambda|s3)$/,
  },
  'lambda/pipeline': {
    rooms: ['lib/contract', 'lambda/formats', 'lambda/rows', 'lambda/stores', 'lambda/tables'],
    packages: /^$/,
  },
  'lambda/formats': {
    rooms: ['lib/contract', 'lambda/tables'],
    packages: /^(hysnappy|avsc)$/,
  },
  'lambda/lookups': {
    rooms: ['lib/contract', 'lambda/formats', 'lambda/pipeline'],
    packages: /^@aws-sdk\/client-(dynamodb|secrets-manager)$/,
  },
  'lambda/streams': {
    rooms: ['lambda/pipeline'],
    packages: /^(@aws-sdk\/client-kinesis|@smithy\/node-http-handler)$/,
  },
  // Snapshots of indexes, over HTTP that is signed: no client of an SDK.
  'lambda/search': { rooms: ['lib/contract', 'lambda/stores'], packages: /^$/ },
  'lambda/claims': { rooms: ['lib/contract', 'lambda/pipeline'], packages: /^@aws-sdk\/client-dynamodb$/ },
  'lambda/stores': { rooms: ['lib/contract', 'lambda/configuration'], packages: /^@aws-sdk\/client-s3$/ },
  'lambda/rows': {
    rooms: ['lib/contract', 'lambda/formats', 'lambda/stores', 'lambda/tables'],
    packages: /^(hyparquet|hyparquet-compressors)$/,
  },
  // Engines that answer SQL, one folder each: what an engine is reached by is loaded there only.
  'lambda/engines': {
    rooms: [
      'lib/contract',
      'lambda/formats',
      'lambda/pipeline',
      'lambda/rows',
      'lambda/stores',
      'lambda/tables',
    ],
    packages: /^(@duckdb\/node-api|@aws-sdk\/client-(athena|emr-serverless|glue))$/,
  },
  // The program around a bundle in a container. What it runs is beside it.
  'lambda/containers': { rooms: ['lambda/configuration'], packages: /^@aws-sdk\/client-sqs$/ },
  'lambda/tables': {
    rooms: ['lib/contract', 'lambda/stores', 'lambda/configuration'],
    packages: /^@aws-sdk\/client-glue$/,
  },
};

interface Import {
  readonly file: string;
  readonly room: string;
  /** A room, or the name of a package. */
  readonly target: string;
}

function roomOf(file: string): string {
  const [first, second] = file.split(sep);
  return first === 'lib' || first === 'lambda' ? `${first}/${second}` : first;
}

function importsOf(file: string, text: string): Import[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => {
    const [scope, name] = fileName.split('/');
    const packageName = scope.startsWith('@') ? `${scope}/${name}` : scope;
    const target = fileName.startsWith('.') ? roomOf(normalize(join(dirname(file), fileName))) : packageName;
    return { file, room: roomOf(file), target };
  });
}

function trespasses(imports: Import[]): string[] {
  return imports
    .filter(({ room, target }) => {
      if (!(room in ROOMS) || room === target || target.startsWith('node:')) return false;
      const { rooms, packages } = ROOMS[room];
      return !rooms.includes(target) && !packages.test(target);
    })
    .map(({ file, target }) => `${file} knows ${target}`);
}

const sources = ['lib', 'lambda'].flatMap((directory) =>
  readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(directory, file)),
);
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');

describe('who may know whom', () => {
  it('is kept by every import', () => {
    expect(trespasses(sources.flatMap((file) => importsOf(file, textOf(file))))).toEqual([]);
  });

  it.each([
    ['lib/contract/model.ts', "import '../aws';", 'lib/contract/model.ts knows lib/aws'],
    ['lib/aws/x/y.ts', "const a = require('cdktf');", 'lib/aws/x/y.ts knows cdktf'],
    ['lib/google/x.ts', "import type { A } from 'aws-cdk-lib/aws-s3';", 'lib/google/x.ts knows aws-cdk-lib'],
    [
      'lambda/pipeline/x.ts',
      "await import('@aws-sdk/client-s3');",
      'lambda/pipeline/x.ts knows @aws-sdk/client-s3',
    ],
  ])('would be broken by %s with %s', (file, text, trespass) => {
    expect(trespasses(importsOf(file, text))).toEqual([trespass]);
  });

  it('leaves the environment to lambda/configuration', () => {
    const readers = sources.filter(
      (file) => file.startsWith('lambda') && textOf(file).includes('process.env'),
    );
    expect(readers.filter((file) => dirname(file) !== join('lambda', 'configuration'))).toEqual([]);
  });
});
