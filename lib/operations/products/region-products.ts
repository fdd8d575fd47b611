import { askAws, type AwsPlace } from '../ask-aws';
import { type RegistryContents, registryContents } from './registry-contents';

interface Page {
  readonly NextToken?: string | null;
  readonly Parameters?: { readonly Name: string; readonly Value: string }[];
}

/**
 * The registry of an account and region, with the SDK's default credentials. Needs `ssm:GetParametersByPath` on the path:
 * `ProductRegistry.grantRead`.
 */
export async function productsOfRegion(place: AwsPlace, path: string): Promise<RegistryContents> {
  const { S3Client } = await withInstallLine(() => import('@aws-sdk/client-s3'));
  const credentials = await new S3Client({ region: place.region }).config.credentials();
  const parameters: { name: string; value: string }[] = [];
  let NextToken: string | undefined;
  do {
    const page: Page = await askAws<Page>(place, credentials, {
      service: 'ssm',
      target: 'AmazonSSM.GetParametersByPath',
      body: { Path: path, Recursive: true, NextToken },
    });
    for (const { Name: name, Value: value } of page.Parameters ?? []) parameters.push({ name, value });
    NextToken = page.NextToken ?? undefined;
  } while (NextToken !== undefined);
  return registryContents(parameters);
}

async function withInstallLine<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new Error(
      'Reading a registry needs the AWS SDK for its credentials. Install it: npm install --save-dev @aws-sdk/client-s3',
    );
  }
}
