import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { CfnResource } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { DISABLE_ASSET_STAGING_CONTEXT } from 'aws-cdk-lib/cx-api';
import type { Construct } from 'constructs';
import { CONTAINERS } from '../contract/handler-environment';

const PACKAGE_NAME = 'lakehouse-constructs';

/** What the bundles are built for (`scripts/build.mjs`). */
export const HANDLER_RUNTIME = lambda.Runtime.NODEJS_22_X;
export const HANDLER_ARCHITECTURE = lambda.Architecture.ARM_64;
/** File and export of every bundle. */
export const HANDLER_ENTRY = 'index.handler';

/**
 * Directory of a bundle this package ships, `dist/handlers/<name>`.
 * Found from the package root, so that it is the same from the sources and from the compiled library.
 * @throws Error when the bundle is not there, naming the command that builds it
 */
export function bundleDirectory(name: string): string {
  return shippedDirectory(['handlers', name], 'index.mjs', `Handler bundle "${name}"`);
}

/** Directory of the program that runs a bundle in a container. @throws Error as `bundleDirectory` does */
function containerProgramDirectory(): string {
  return shippedDirectory(['containers', 'main'], 'main.mjs', 'Program of containers');
}

function shippedDirectory(parts: readonly string[], entry: string, what: string): string {
  const directory = path.join(packageRoot(), 'dist', ...parts);
  if (!fs.existsSync(path.join(directory, entry))) {
    throw new Error(
      `${what} is missing: ${directory} holds no ${entry}. ` +
        'Run `npm run build` in the lakehouse-constructs package; the published package ships it built.',
    );
  }
  return directory;
}

/**
 * Lambda code from a bundle and files beside it, for example the compiled contract.
 *
 * The asset's hash is taken from the names and bytes of the files alone: not from modes, times, the path or the
 * operating system, so the same contract and version give the same template on every machine.
 * @param extraFiles file name → text
 */
export function stagedCode(bundleName: string, extraFiles: Record<string, string> = {}): lambda.Code {
  return new StagedCode(bundleFiles(bundleName, extraFiles));
}

/**
 * The files of a bundle this package ships, and more beside them.
 * @param extraFiles file name → text
 * @throws Error when a file beside them has the name of one of them
 */
function bundleFiles(bundleName: string, extraFiles: Record<string, string>): Map<string, Buffer> {
  const files = new Map(shippedFiles(bundleDirectory(bundleName)));
  for (const [name, text] of Object.entries(extraFiles)) {
    if (files.has(name))
      throw new Error(`"${name}" is part of the bundle "${bundleName}": choose another name.`);
    files.set(name, Buffer.from(text, 'utf8'));
  }
  return files;
}

/**
 * The files of a container: a bundle, the program that runs it, and more beside them.
 * @throws Error as `stagedCode` does, and for a bundle that does not run in a container
 */
export function containerFiles(
  bundleName: string,
  extraFiles: Record<string, string>,
): ReadonlyMap<string, Buffer> {
  if (!CONTAINERS.some((name) => name === bundleName)) {
    throw new Error(
      `The bundle "${bundleName}" does not run in a container. Use ${CONTAINERS.join(', ')}, or an image of your own.`,
    );
  }
  const program = shippedFiles(containerProgramDirectory());
  // Chunks are named by what they hold: the same name is the same file.
  return new Map([...program, ...bundleFiles(bundleName, extraFiles)]);
}

// What this package ships does not change while an app is synthesized, and most functions of an app share a bundle.
const shipped = new Map<string, ReadonlyMap<string, Buffer>>();

function shippedFiles(directory: string): ReadonlyMap<string, Buffer> {
  let files = shipped.get(directory);
  if (files === undefined) {
    const names = fs.readdirSync(directory);
    files = new Map(names.map((name) => [name, fs.readFileSync(path.join(directory, name))]));
    shipped.set(directory, files);
  }
  return files;
}

/**
 * Writes files to a directory of their own for as long as an asset is copied from it into the cloud assembly. Where
 * staging is switched off the template points at the directory itself: it stays, and serves all that hold the same.
 */
export function stageFiles<T>(
  scope: Construct,
  files: ReadonlyMap<string, Buffer>,
  use: (directory: string) => T,
): T {
  if (scope.node.tryGetContext(DISABLE_ASSET_STAGING_CONTEXT)) return use(lastingDirectory(files));
  const directory = writtenFiles(files);
  try {
    return use(directory);
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** Content hash → directory. */
const lasting = new Map<string, string>();

function lastingDirectory(files: ReadonlyMap<string, Buffer>): string {
  const hash = contentHash(files);
  const directory = lasting.get(hash) ?? writtenFiles(files);
  lasting.set(hash, directory);
  return directory;
}

function writtenFiles(files: ReadonlyMap<string, Buffer>): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), `${PACKAGE_NAME}-`));
  for (const [name, bytes] of files) fs.writeFileSync(path.join(directory, name), bytes);
  return directory;
}

/** sha256 over sorted names and contents, each with its length before it, so that no two sets of files collide. */
export function contentHash(files: ReadonlyMap<string, Buffer>): string {
  const hash = createHash('sha256');
  for (const name of [...files.keys()].sort()) {
    const bytes = files.get(name)!;
    hash.update(`${Buffer.byteLength(name)}:${name}${bytes.length}:`).update(bytes);
  }
  return hash.digest('hex');
}

class StagedCode extends lambda.Code {
  private asset?: lambda.AssetCode;

  constructor(private readonly files: ReadonlyMap<string, Buffer>) {
    super();
  }

  override bind(scope: Construct): lambda.CodeConfig {
    return stageFiles(scope, this.files, (directory) => {
      this.asset = lambda.Code.fromAsset(directory, { assetHash: contentHash(this.files) });
      return this.asset.bind(scope);
    });
  }

  override bindToResource(resource: CfnResource, options?: lambda.ResourceBindOptions): void {
    this.asset?.bindToResource(resource, options);
  }
}

function packageRoot(): string {
  for (let directory = __dirname; ; directory = path.dirname(directory)) {
    const manifest = path.join(directory, 'package.json');
    if (fs.existsSync(manifest) && JSON.parse(fs.readFileSync(manifest, 'utf8')).name === PACKAGE_NAME) {
      return directory;
    }
    if (path.dirname(directory) === directory) {
      throw new Error(
        `No package.json of ${PACKAGE_NAME} above ${__dirname}: the library was moved out of its package.`,
      );
    }
  }
}
