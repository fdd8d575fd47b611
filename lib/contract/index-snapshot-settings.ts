/** What a handler that snapshots search indexes is told. */
export interface IndexSnapshotSettings {
  /** Name of the domain: a dimension of the metrics. */
  readonly domain: string;
  /** `https://<host>` of the domain. */
  readonly endpoint: string;
  /** Region of the domain, and of the bucket. */
  readonly region: string;
  /** Name the repository is registered under. */
  readonly repository: string;
  readonly bucket: string;
  /** Folder of the bucket, without slashes at its ends. */
  readonly folder: string;
  /** ARN of the role that the domain writes to the bucket with. */
  readonly role: string;
  /** Names and patterns, in the domain's own syntax. */
  readonly indexes: readonly string[];
  /** Hours after which a snapshot is deleted; the newest whole one stays. */
  readonly retentionHours: number;
  /** Hours without an attempt after which a check takes a snapshot itself. */
  readonly maximumAgeHours: number;
}
