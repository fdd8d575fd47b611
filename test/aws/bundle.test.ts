import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { bundleDirectory, contentHash, stagedCode } from '../../lib/aws/bundle';
import { stageAssets } from '../stage-assets';

stageAssets();

function synthFunction(code: lambda.Code, count = 1, context = {}) {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'assembly-'));
  const app = new App({ outdir, context });
  const stack = new Stack(app, 'Stack');
  for (let index = 0; index < count; index++) {
    new lambda.Function(stack, `Function${index}`, {
      code,
      handler: 'index.handler',
      runtime: lambda.Runtime.NODEJS_22_X,
    });
  }
  app.synth();
  const template = Template.fromStack(stack);
  const keys = Object.values(template.findResources('AWS::Lambda::Function')).map(
    ({ Properties }) => Properties.Code.S3Key,
  );
  return { outdir, keys };
}

test('a bundle that is not built is named with the command that builds it', () => {
  expect(() => bundleDirectory('no-such-handler')).toThrow(
    /^Handler bundle "no-such-handler" is missing: .*no-such-handler holds no index\.mjs\. Run `npm run build`/,
  );
});

test('the asset is the bundle and the files beside it', () => {
  const { outdir, keys } = synthFunction(stagedCode('table-provision', { 'contract.mjs': 'export {};\n' }));
  const asset = path.join(outdir, `asset.${path.parse(keys[0]).name}`);
  expect(fs.readdirSync(asset)).toEqual(expect.arrayContaining(['contract.mjs', 'index.mjs']));
  expect(fs.readFileSync(path.join(asset, 'contract.mjs'), 'utf8')).toBe('export {};\n');
  expect(fs.readFileSync(path.join(asset, 'index.mjs'))).toEqual(
    fs.readFileSync(path.join(bundleDirectory('table-provision'), 'index.mjs')),
  );
});

test('its hash follows the contents and nothing else', () => {
  const keyOf = (text: string) =>
    synthFunction(stagedCode('table-provision', { 'contract.mjs': text })).keys[0];
  expect(keyOf('export const a = 1;')).toBe(keyOf('export const a = 1;'));
  expect(keyOf('export const a = 2;')).not.toBe(keyOf('export const a = 1;'));
});

test('the hash is a fixed function of names and bytes, whatever their order', () => {
  const hash = (...files: [string, string][]) =>
    contentHash(new Map(files.map(([name, text]) => [name, Buffer.from(text)])));
  expect(hash(['a', '1'], ['b', '2'])).toBe(hash(['b', '2'], ['a', '1']));
  // printf '1:a1:1' | sha256sum
  expect(hash(['a', '1'])).toBe('4e05abd6911b81cca42657fbc9599aa8c54ec2edbae550401d8479871cb5ca0f');
  // Boundaries count: the same letters in other files are other code.
  expect(hash(['a', '1b'])).not.toBe(hash(['a1', 'b']));
  expect(hash(['a', ''], ['b', ''])).not.toBe(hash(['ab', '']));
});

test('one code serves several functions, and leaves nothing behind', () => {
  // Other tests stage theirs in the same temporary directory at the same time: this one is known by a file of its own.
  const mark = `${randomUUID()}.txt`;
  expect(new Set(synthFunction(stagedCode('table-provision', { [mark]: '' }), 2).keys).size).toBe(1);
  const staged = fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith('lakehouse-constructs-'));
  expect(staged.filter((name) => fs.existsSync(path.join(os.tmpdir(), name, mark)))).toEqual([]);
});

test('where staging is switched off the functions share one directory, which stays', () => {
  const code = () => stagedCode('table-provision', { 'contract.mjs': 'export {};\n' });
  const { outdir } = synthFunction(code(), 1, { 'aws:cdk:disable-asset-staging': true });
  const again = synthFunction(code(), 2, { 'aws:cdk:disable-asset-staging': true });
  const sources = [outdir, again.outdir].flatMap((directory) => {
    const { files } = JSON.parse(fs.readFileSync(path.join(directory, 'Stack.assets.json'), 'utf8'));
    return Object.values<any>(files).map(({ source }) => path.resolve(directory, source.path));
  });
  const [staged] = sources.filter((source) => !source.endsWith('.json'));
  expect(sources.filter((source) => source === staged)).toHaveLength(2);
  expect(fs.readFileSync(path.join(staged, 'contract.mjs'), 'utf8')).toBe('export {};\n');
  fs.rmSync(staged, { recursive: true });
});

test('a file of the bundle cannot be replaced', () => {
  expect(() => stagedCode('table-provision', { 'index.mjs': '' })).toThrow(
    '"index.mjs" is part of the bundle "table-provision": choose another name.',
  );
});
