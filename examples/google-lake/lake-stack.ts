import { MonitoringNotificationChannel } from '@cdktf/provider-google/lib/monitoring-notification-channel';
import { GoogleProvider } from '@cdktf/provider-google/lib/provider';
import { ServiceAccount } from '@cdktf/provider-google/lib/service-account';
import { TerraformOutput, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import {
  AuditAlarms,
  AuditTrail,
  BucketLocation,
  BucketRetention,
  CostWatch,
  DataContract,
  Labels,
  MedallionLake,
  Member,
  MultiRegion,
  PartnerAccess,
  PersonalDataDiscovery,
  RequiredLabels,
  SensitivityTags,
  TieringProfile,
  ZoneBucket,
  ZoneInventory,
  ZoneReplication,
} from 'lakehouse-constructs/google';

/** What differs from one environment to the other. */
export interface LakeStackProps {
  readonly project: string;
  readonly environment: string;
  readonly billingAccount: string;
}

/** A lake in two regions, 15 minutes apart at the most, with what an audit asks for. */
export class LakeStack extends TerraformStack {
  readonly lake: MedallionLake;

  constructor(scope: Construct, id: string, props: LakeStackProps) {
    super(scope, id);
    const { project, environment, billingAccount } = props;
    new GoogleProvider(this, 'google', { project, region: 'europe-west3' });
    const contract = DataContract.fromFile(`${__dirname}/../first-stack/orders.odcs.yaml`);
    const location = BucketLocation.regionPair(MultiRegion.EU, 'europe-west3', 'europe-north1');

    this.lake = new MedallionLake(this, 'Lake', {
      name: 'acme',
      environment,
      location,
      turboReplication: true,
      bronze: {
        tiering: [{ prefix: 'raw/', profile: TieringProfile.STEPWISE }],
        expirations: [{ prefix: 'landing/', afterDays: 30 }],
      },
      gold: { tiering: [{ profile: TieringProfile.INTELLIGENT }] },
      extraZones: {
        vectors: { tiering: [{ profile: TieringProfile.archiveAfter(30) }] },
        inventory: { expirations: [{ prefix: 'inventory/', afterDays: 90 }] },
      },
    });

    // Who may do what: the loader adds to bronze and commits to a table of silver, analysts read gold.
    const loader = new ServiceAccount(this, 'Loader', { accountId: 'orders-loader' });
    this.lake.bronze.grantWrite(Member.serviceAccount(loader), 'raw/orders');
    this.lake.silver.grantTableCommit(Member.serviceAccount(loader), 'orders');
    this.lake.gold.grantRead(Member.of('group:analysts@acme.example'));
    new PartnerAccess(this, 'Courier', {
      partner: Member.of('serviceAccount:reader@courier.iam.gserviceaccount.com'),
      folders: [{ zone: this.lake.gold, prefix: 'exports/courier' }],
      validUntil: '2027-12-31T00:00:00Z',
    });

    // A copy on another continent, where nobody deletes for a year.
    const vault = new ZoneBucket(this, 'Vault', {
      bucketName: `acme-${environment}-vault`,
      location: BucketLocation.region('us-central1'),
      retention: BucketRetention.unlocked(365),
      appendOnly: true,
    });
    new ZoneReplication(this, 'Copies', { source: this.lake.silver, destination: vault });

    const mail = new MonitoringNotificationChannel(this, 'Mail', {
      type: 'email',
      displayName: 'Owners of the lake',
      labels: { email_address: 'lake-owners@acme.example' },
    });

    // What an audit asks for.
    const trail = new AuditTrail(this, 'Audit', {
      lake: this.lake,
      bucketName: `acme-${environment}-audit`,
      location: BucketLocation.region('europe-west3'),
    });
    new AuditAlarms(this, 'AuditAlarms', {
      trail,
      appendOnlyZone: this.lake.bronze,
      notificationChannels: [mail],
    });
    new ZoneInventory(this, 'Inventory', {
      zones: [this.lake.bronze, this.lake.gold],
      destination: this.lake.extraZone('inventory'),
      from: '2027-01-01',
      until: '2037-01-01',
    });
    new PersonalDataDiscovery(this, 'PersonalData', { zones: [this.lake.bronze], location: 'europe' });
    const tags = new SensitivityTags(this, 'Sensitivity', { contracts: [contract], region: 'eu' });
    tags.grantRead('restricted', Member.of('group:service-desk@acme.example'));

    // What it costs, told to those who can do something about it.
    new CostWatch(this, 'Costs', {
      billingAccount,
      monthlyLimit: 2000,
      labelValue: Labels.fromContract(contract)['data-product'],
      notificationChannels: [mail],
    });

    Labels.of(this).add('cost-center', '4711').add('environment', environment).addContract(contract);
    RequiredLabels.standard(['public', 'internal', 'restricted']).enforce(this);
    new TerraformOutput(this, 'bronze', { value: this.lake.bronze.gsUri() });
  }
}
