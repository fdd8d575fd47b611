import { basename } from 'node:path';
import { readFileSync } from 'node:fs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { SPARK_SCRIPT } from '../../contract/transform/spark-script';
import { contentHash, stageFiles } from '../bundle';

/**
 * The script of Spark jobs, which the role may read.
 * @param file a script of the user's own; that of this package, which runs one SQL statement, when left out
 * @throws Error where there is no such file
 */
export function scriptAsset(scope: Construct, role: iam.IRole, file?: string): Asset {
  const name = file === undefined ? 'run_statement.py' : basename(file);
  const files = new Map([[name, file === undefined ? Buffer.from(SPARK_SCRIPT, 'utf8') : read(file)]]);
  const asset = stageFiles(
    scope,
    files,
    (directory) =>
      new Asset(scope, 'Script', { path: `${directory}/${name}`, assetHash: contentHash(files) }),
  );
  iam.Grant.addToPrincipal({
    grantee: role,
    actions: ['s3:GetObject'],
    resourceArns: [asset.bucket.arnForObjects(asset.s3ObjectKey)],
  });
  return asset;
}

function read(file: string): Buffer {
  if (!file.endsWith('.py')) throw new Error(`script is "${file}". Glue runs Python here: name a file .py.`);
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`script is "${file}", which cannot be read: ${code}. Give the path of a file.`, {
      cause: error,
    });
  }
}
