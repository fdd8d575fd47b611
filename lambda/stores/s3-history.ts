import {
  CopyObjectCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { ObjectHistory, ObjectVersion } from './object-history';
import { s3Address, s3Client } from './s3-store';
import type { VersionErasure, VersionLock } from './version-erasure';

/** The versions a bucket of Amazon S3 keeps. */
export class S3History implements ObjectHistory, VersionErasure {
  constructor(private readonly client: S3Client) {}

  async *versions(prefix: string): AsyncIterable<ObjectVersion> {
    const { Bucket, Key: Prefix } = s3Address(prefix);
    let marker: { KeyMarker?: string; VersionIdMarker?: string } = {};
    // A page lists its markers apart from its versions, and may end within an object: that one waits for the next page.
    let held: ObjectVersion[] = [];
    do {
      const page = await this.client.send(new ListObjectVersionsCommand({ Bucket, Prefix, ...marker }));
      const { Versions = [], DeleteMarkers = [] } = page;
      const found = [
        ...held,
        ...Versions.map((version) => ({ ...version, isDeleteMarker: false })).map(asVersion(Bucket)),
        ...DeleteMarkers.map((version) => ({ ...version, isDeleteMarker: true })).map(asVersion(Bucket)),
      ];
      marker = page.IsTruncated
        ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
        : {};
      const open = marker.KeyMarker === undefined ? undefined : `s3://${Bucket}/${marker.KeyMarker}`;
      held = found.filter(({ uri }) => uri === open);
      yield* found.filter(({ uri }) => uri !== open).sort(newestFirst);
    } while (marker.KeyMarker !== undefined);
  }

  async bringBack({ uri, versionId }: ObjectVersion): Promise<void> {
    const { Bucket, Key } = s3Address(uri);
    const path = [Bucket, ...Key.split('/')].map(encodeURIComponent).join('/');
    const CopySource = `${path}?versionId=${encodeURIComponent(versionId)}`;
    await this.client.send(new CopyObjectCommand({ Bucket, Key, CopySource }));
  }

  async hide(uri: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand(s3Address(uri)));
  }

  async remove({ uri, versionId }: ObjectVersion): Promise<void> {
    await this.client.send(new DeleteObjectCommand({ ...s3Address(uri), VersionId: versionId }));
  }

  async lockOf({ uri, versionId }: ObjectVersion): Promise<VersionLock | undefined> {
    const head = await this.client.send(new HeadObjectCommand({ ...s3Address(uri), VersionId: versionId }));
    const until = head.ObjectLockRetainUntilDate?.toISOString();
    const legalHold = head.ObjectLockLegalHoldStatus === 'ON';
    return until || legalHold ? { ...(until && { until }), legalHold } : undefined;
  }
}

export function openS3History(): S3History {
  return new S3History(s3Client());
}

interface Listed {
  readonly Key?: string;
  readonly VersionId?: string;
  readonly LastModified?: Date;
  readonly Size?: number;
  readonly IsLatest?: boolean;
  readonly isDeleteMarker: boolean;
}

const asVersion =
  (bucket: string) =>
  ({ Key, VersionId, LastModified, Size, IsLatest, isDeleteMarker }: Listed): ObjectVersion => ({
    uri: `s3://${bucket}/${Key}`,
    versionId: VersionId ?? 'null',
    modifiedAt: LastModified?.getTime() ?? 0,
    size: Size ?? 0,
    isLatest: IsLatest ?? false,
    isDeleteMarker,
  });

function newestFirst(a: ObjectVersion, b: ObjectVersion): number {
  if (a.uri !== b.uri) return a.uri < b.uri ? -1 : 1;
  // Within a second the latest is known; of the others S3 lists the newer first, and sorting keeps that.
  return b.modifiedAt - a.modifiedAt || Number(b.isLatest) - Number(a.isLatest);
}
