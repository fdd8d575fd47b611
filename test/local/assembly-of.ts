import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudAssembly } from '../../lib/local/template/assembly';

/** The code of a function or the directory of an image, by the name its resource refers to it by. */
export type AssetCode = Readonly<Record<string, string>>;

/**
 * A cloud assembly of one stack, `Test`, in a directory. Each asset is a directory with `index.mjs`, to be named
 * `<name>.zip` by a function and as the tag of an image by a container.
 */
export function assemblyOf(directory: string, resources: object, assets: AssetCode = {}): CloudAssembly {
  const json = (name: string, value: object): void =>
    writeFileSync(join(directory, name), JSON.stringify(value));
  mkdirSync(directory, { recursive: true });
  json('manifest.json', {
    artifacts: {
      Test: {
        type: 'aws:cloudformation:stack',
        properties: { templateFile: 'Test.template.json' },
        dependencies: ['Test.assets'],
      },
    },
  });
  for (const [name, code] of Object.entries(assets)) {
    mkdirSync(join(directory, name), { recursive: true });
    writeFileSync(join(directory, name, 'index.mjs'), code);
  }
  const names = Object.keys(assets);
  json('Test.assets.json', {
    files: Object.fromEntries(
      names.map((name) => [
        name,
        { source: { path: name }, destinations: { here: { objectKey: `${name}.zip` } } },
      ]),
    ),
    dockerImages: Object.fromEntries(
      names.map((name) => [
        name,
        { source: { directory: name }, destinations: { here: { imageTag: name } } },
      ]),
    ),
  });
  json('Test.template.json', { Resources: resources });
  return new CloudAssembly(directory);
}

export function lambdaFunction(code: string, environment: object = {}): object {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Bucket: 'assets', S3Key: `${code}.zip` },
      Handler: 'index.handler',
      Timeout: 20,
      Environment: { Variables: environment },
    },
  };
}
