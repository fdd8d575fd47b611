import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { GlueClient } from '@aws-sdk/client-glue';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { S3Client } from '@aws-sdk/client-s3';
import { askAws, type AwsPlace } from '../ask-aws';
import type { CatalogTable, Contents, Inventory, LogGroup, TaggedResource } from './inventory';

/** Objects of a folder that are counted at the most: a thousand requests' worth would cost more than they tell. */
const COUNTED = 10_000;

/** The account of the SDK's default credentials. */
export async function awsInventory(place: AwsPlace): Promise<Inventory> {
  const configuration = { region: place.region, endpoint: place.endpoint };
  const [cloudFormation, glue, lambda, s3] = await withInstallLine(() =>
    Promise.all([
      import('@aws-sdk/client-cloudformation'),
      import('@aws-sdk/client-glue'),
      import('@aws-sdk/client-lambda'),
      import('@aws-sdk/client-s3'),
    ]),
  );
  return new AwsInventory(
    place,
    new cloudFormation.CloudFormationClient(configuration),
    new glue.GlueClient(configuration),
    new lambda.LambdaClient(configuration),
    new s3.S3Client({ ...configuration, forcePathStyle: place.endpoint !== undefined }),
  );
}

class AwsInventory implements Inventory {
  constructor(
    private readonly place: AwsPlace,
    private readonly cloudFormation: CloudFormationClient,
    private readonly glue: GlueClient,
    private readonly lambda: LambdaClient,
    private readonly s3: S3Client,
  ) {}

  async stacks(): Promise<string[]> {
    const { paginateListStacks } = await import('@aws-sdk/client-cloudformation');
    const ids: string[] = [];
    for await (const page of paginateListStacks({ client: this.cloudFormation }, {})) {
      for (const { StackId, StackStatus } of page.StackSummaries ?? []) {
        if (StackStatus !== 'DELETE_COMPLETE' && StackId !== undefined) ids.push(StackId);
      }
    }
    return ids;
  }

  async taggedResources(): Promise<TaggedResource[]> {
    interface Page {
      readonly PaginationToken?: string;
      readonly ResourceTagMappingList?: {
        readonly ResourceARN: string;
        readonly Tags?: { readonly Key: string; readonly Value: string }[];
      }[];
    }
    const found: TaggedResource[] = [];
    let PaginationToken = '';
    do {
      const page = await this.ask<Page>('tagging', 'ResourceGroupsTaggingAPI_20170126.GetResources', {
        ResourcesPerPage: 100,
        ...(PaginationToken !== '' && { PaginationToken }),
      });
      for (const { ResourceARN: arn, Tags = [] } of page.ResourceTagMappingList ?? []) {
        found.push({ arn, tags: Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value])) });
      }
      PaginationToken = page.PaginationToken ?? '';
    } while (PaginationToken !== '');
    return found;
  }

  async logGroups(logGroupNamePrefix: string): Promise<LogGroup[]> {
    interface Page {
      readonly nextToken?: string | null;
      readonly logGroups?: { readonly logGroupName: string; readonly storedBytes?: number }[];
    }
    const found: LogGroup[] = [];
    let nextToken: string | undefined;
    do {
      const page: Page = await this.ask<Page>('logs', 'Logs_20140328.DescribeLogGroups', {
        logGroupNamePrefix,
        nextToken,
      });
      for (const { logGroupName: name, storedBytes: bytes = 0 } of page.logGroups ?? []) {
        found.push({ name, bytes });
      }
      nextToken = page.nextToken ?? undefined;
    } while (nextToken !== undefined);
    return found;
  }

  async functionNames(): Promise<string[]> {
    const { paginateListFunctions } = await import('@aws-sdk/client-lambda');
    const names: string[] = [];
    for await (const page of paginateListFunctions({ client: this.lambda }, {})) {
      for (const { FunctionName } of page.Functions ?? [])
        if (FunctionName !== undefined) names.push(FunctionName);
    }
    return names;
  }

  async tables(): Promise<CatalogTable[]> {
    const { paginateGetDatabases, paginateGetTables } = await import('@aws-sdk/client-glue');
    const tables: CatalogTable[] = [];
    for await (const { DatabaseList = [] } of paginateGetDatabases({ client: this.glue }, {})) {
      for (const { Name: database } of DatabaseList) {
        for await (const { TableList = [] } of paginateGetTables(
          { client: this.glue },
          { DatabaseName: database },
        )) {
          for (const { Name, StorageDescriptor } of TableList) {
            tables.push({
              database: database ?? '',
              name: Name ?? '',
              location: StorageDescriptor?.Location,
            });
          }
        }
      }
    }
    return tables;
  }

  async folders(Bucket: string, Prefix: string): Promise<string[]> {
    const { paginateListObjectsV2 } = await import('@aws-sdk/client-s3');
    const folders: string[] = [];
    for await (const page of paginateListObjectsV2({ client: this.s3 }, { Bucket, Prefix, Delimiter: '/' })) {
      for (const { Prefix: folder } of page.CommonPrefixes ?? [])
        if (folder !== undefined) folders.push(folder);
    }
    return folders;
  }

  async contents(Bucket: string, Prefix: string): Promise<Contents> {
    const { paginateListObjectsV2 } = await import('@aws-sdk/client-s3');
    let [objects, bytes] = [0, 0];
    for await (const { Contents = [] } of paginateListObjectsV2({ client: this.s3 }, { Bucket, Prefix })) {
      objects += Contents.length;
      for (const { Size = 0 } of Contents) bytes += Size;
      if (objects >= COUNTED) return { objects, bytes, more: true };
    }
    return { objects, bytes, more: false };
  }

  private async ask<Answer>(service: string, target: string, body: object): Promise<Answer> {
    const credentials = await this.cloudFormation.config.credentials();
    return askAws(this.place, credentials, { service, target, body });
  }
}

async function withInstallLine<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new Error(
      'Looking for orphans needs the AWS SDK. Install it: npm install --save-dev @aws-sdk/client-cloudformation ' +
        '@aws-sdk/client-glue @aws-sdk/client-lambda @aws-sdk/client-s3',
    );
  }
}
