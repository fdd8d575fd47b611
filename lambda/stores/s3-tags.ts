import { GetObjectTaggingCommand, PutObjectTaggingCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ObjectTags } from './object-tags';
import { s3Address, s3Client } from './s3-store';

/** Tags of objects in Amazon S3. */
export class S3Tags implements ObjectTags {
  constructor(private readonly client: S3Client) {}

  async get(uri: string): Promise<ReadonlyMap<string, string>> {
    const { TagSet = [] } = await this.client.send(new GetObjectTaggingCommand(s3Address(uri)));
    return new Map(TagSet.map(({ Key = '', Value = '' }) => [Key, Value]));
  }

  async set(uri: string, tags: ReadonlyMap<string, string>): Promise<void> {
    const TagSet = [...tags].map(([Key, Value]) => ({ Key, Value }));
    await this.client.send(new PutObjectTaggingCommand({ ...s3Address(uri), Tagging: { TagSet } }));
  }
}

export function openS3Tags(): S3Tags {
  return new S3Tags(s3Client());
}
