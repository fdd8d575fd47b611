import {
  StorageInsightsReportConfig,
  type StorageInsightsReportConfigFrequencyOptionsStartDate,
} from '@cdktf/provider-google/lib/storage-insights-report-config';
import { Construct } from 'constructs';
import { dependenciesOf, isDay, requireTerraformStack } from '../../terraform';
import { ProviderProject } from '../project';
import { lower } from '../storage/bucket-location';
import { folder } from '../storage/folder';
import type { IZoneBucket } from '../storage/zone-bucket-access';

/** Of which buckets all objects are listed, and where to. */
export interface ZoneInventoryProps {
  readonly zones: IZoneBucket[];
  /** Zone that gets the lists. In the project and location of the zones that are listed. */
  readonly destination: IZoneBucket;
  /**
   * Folder of it.
   * @default 'inventory'
   */
  readonly prefix?: string;
  /** First day, `2027-01-01`: not before the day it is deployed. */
  readonly from: string;
  /** Last day. */
  readonly until: string;
  /**
   * Whether the lists are CSV, not Parquet.
   * @default false
   */
  readonly csv?: boolean;
}

/** https://docs.cloud.google.com/storage/docs/insights/inventory-reports#inventory_reports_metadata */
const FIELDS = [
  'project',
  'bucket',
  'name',
  'size',
  'generation',
  'metageneration',
  'storageClass',
  'timeCreated',
  'updated',
  'timeDeleted',
  'timeStorageClassUpdated',
  'retentionExpirationTime',
  'eventBasedHold',
  'temporaryHold',
  'kmsKeyName',
];

/**
 * A list of all objects of each zone, daily, as Parquet: sizes, classes, ages, and what is held, retained and encrypted by
 * which key. What Google calls an inventory report.
 *
 * @throws Error without a zone, for days that are none or end before they begin, and for zones in another location than
 * the lists
 */
export class ZoneInventory extends Construct {
  readonly reports: StorageInsightsReportConfig[];

  constructor(scope: Construct, id: string, props: ZoneInventoryProps) {
    super(scope, id);
    requireTerraformStack(this);
    const { zones, destination, prefix = 'inventory' } = props;
    if (zones.length === 0) throw new Error(`"${this.node.path}" lists no zone. Name at least one.`);
    const [startDate, endDate] = [dateOf('from', props.from), dateOf('until', props.until)];
    if (props.until < props.from) {
      throw new Error(`until (${props.until}) is before from (${props.from}). Use a later day.`);
    }
    const project = new ProviderProject(this);
    const agent = {
      member: `serviceAccount:service-${project.number}@gcp-sa-storageinsights.iam.gserviceaccount.com`,
      memberId: 'storage-insights',
      source: this,
    };
    const writes = destination.grantWrite(agent);
    this.reports = zones.map((zone) => {
      const location = locationOf(zone, destination);
      const access = zone._grantRole('roles/storage.insightsCollectorService', agent).combine(writes);
      return new StorageInsightsReportConfig(this, `Report-${zone.node.id}`, {
        displayName: `Objects of ${zone.node.path}`.slice(0, 256),
        location,
        frequencyOptions: { frequency: 'DAILY', startDate, endDate },
        ...((props.csv ?? false)
          ? { csvOptions: { delimiter: ',', recordSeparator: '\n', headerRequired: true } }
          : { parquetOptions: {} }),
        objectMetadataReportOptions: {
          metadataFields: FIELDS,
          storageFilters: { bucket: zone.bucketName },
          storageDestinationOptions: {
            bucket: destination.bucketName,
            destinationPath: `${destination.root ?? ''}${folder(prefix)}${zone.node.id.toLowerCase()}/`,
          },
        },
        dependsOn: dependenciesOf(this, access.bindings),
      });
    });
  }
}

function dateOf(prop: string, day: string): StorageInsightsReportConfigFrequencyOptionsStartDate {
  if (!isDay(day)) {
    throw new Error(`${prop}: "${day}" is no day. Write 2027-01-01.`);
  }
  const [year, month, dayOfMonth] = day.split('-').map(Number);
  return { year, month, day: dayOfMonth };
}

function locationOf(zone: IZoneBucket, destination: IZoneBucket): string {
  const [here, there] = [zone.location, destination.location];
  if (here === undefined) {
    throw new Error(
      `The zone "${zone.node.path}" is a bucket of its owner's, whose location is not known here. Make the report with the bucket.`,
    );
  }
  if (there !== undefined && there.name !== here.name) {
    throw new Error(
      `The zone "${zone.node.path}" is in ${here.name}, and its list would be in ${there.name}. Use a destination in the same location.`,
    );
  }
  return lower(here.name);
}
