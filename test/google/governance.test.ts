import { MonitoringNotificationChannel } from '@cdktf/provider-google/lib/monitoring-notification-channel';
import { PubsubTopic } from '@cdktf/provider-google/lib/pubsub-topic';
import { StorageBucket } from '@cdktf/provider-google/lib/storage-bucket';
import { App, Testing, TerraformStack } from 'cdktf';
import {
  AuditAlarms,
  AuditTrail,
  type AuditTrailProps,
  BucketLocation,
  BucketRetention,
  CostWatch,
  type CostWatchProps,
  DataContract,
  Labels,
  MedallionLake,
  Member,
  PartnerAccess,
  PersonalDataDiscovery,
  RequiredLabels,
  SensitivityTags,
  ZoneBucket,
  ZoneInventory,
  type ZoneInventoryProps,
  ZoneReplication,
} from '../../lib/google';
import { googleStack, resource, resources } from './stack';

const LOCATION = BucketLocation.region('europe-west3');
const CONTRACT = DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: c
version: 1.0.0
status: active
domain: Sales & Service
dataProduct: Orders
team: { name: Order Data }
schema:
  - name: orders
    properties:
      - { name: id, logicalType: string, classification: public }
      - name: customer
        logicalType: object
        properties:
          - { name: email, logicalType: string, classification: restricted }
`);

function zoneIn(stack: TerraformStack, bucketName: string, location = LOCATION): ZoneBucket {
  return new ZoneBucket(stack, bucketName, { bucketName, location });
}

describe('labels', () => {
  it('say what a contract says, in letters Google takes', () => {
    expect(Labels.fromContract(CONTRACT)).toEqual({
      'data-product': 'orders',
      'data-domain': 'sales-service',
      'data-owner': 'order-data',
      'data-classification': 'public_restricted',
    });
  });

  it('are set on everything that can have some, and on nothing else', () => {
    const stack = googleStack();
    zoneIn(stack, 'acme-bronze');
    const labels = { email_address: 'lake@acme.example' };
    new MonitoringNotificationChannel(stack, 'Mail', { type: 'email', labels });
    Labels.of(stack).add('environment', 'dev').addContract(CONTRACT);
    const expected = { environment: 'dev', ...Labels.fromContract(CONTRACT) };
    expect(resource(stack, 'google_storage_bucket').labels).toEqual(expected);
    expect(resource(stack, 'google_kms_crypto_key').labels).toEqual(expected);
    // Where Google finds the channel is called its labels as well.
    expect(resource(stack, 'google_monitoring_notification_channel').labels).toEqual(labels);
    expect(() => Labels.of(stack).add('Environment', 'dev')).toThrow('the label "Environment" is no key');
  });

  it('are required where that is asked for', () => {
    const stack = googleStack();
    new StorageBucket(stack, 'Bucket', {
      name: 'acme',
      location: 'EU',
      labels: { 'cost-center': '1', 'data-classification': 'secret', environment: '' },
    });
    RequiredLabels.standard(['public', 'restricted']).enforce(stack);
    const problems = [
      'Lake/Bucket has no label "environment". Set it for everything below: Labels.of(app).add(\'environment\', …).',
      'Lake/Bucket has no label "data-owner". Set it for everything below: Labels.of(app).add(\'data-owner\', …).',
      'Lake/Bucket has the label "data-classification" with "secret". Allowed: public, restricted.',
    ];
    for (const problem of problems) expect(() => Testing.synth(stack, true)).toThrow(problem);
    Labels.of(stack).add('environment', 'dev').add('data-owner', 'me');
    expect(() => Testing.synth(stack, true)).not.toThrow('"data-owner"');
  });

  it('are required of a whole app', () => {
    const app = new App({ outdir: 'cdktf.out', stackTraces: false });
    const stack = new TerraformStack(app, 'Lake');
    new StorageBucket(stack, 'Bucket', { name: 'acme', location: 'EU' });
    RequiredLabels.of([{ key: 'team' }]).enforce(app);
    expect(() => Testing.synth(stack, true)).toThrow('Lake/Bucket has no label "team".');
  });
});

it('two trails of a stack do not take turns with the one setting of its project', () => {
  const stack = googleStack();
  const zones = [zoneIn(stack, 'acme-gold')];
  const props = { location: LOCATION, zones };
  new AuditTrail(stack, 'One', { ...props, bucketName: 'acme-one' });
  expect(() => new AuditTrail(stack, 'Other', { ...props, bucketName: 'acme-other' })).toThrow(
    '"Lake/Other" and "Lake/One" would both switch on the Data Access logs of the project, and the last one would win. Set ' +
      'dataAccessLogs: false for one of them.',
  );
  new AuditTrail(stack, 'Third', { ...props, bucketName: 'acme-third', dataAccessLogs: false });
});

it('an audit configuration that is taken away is told of, as one that is changed', () => {
  const stack = googleStack();
  const trail = new AuditTrail(stack, 'Audit', {
    ...{ bucketName: 'acme-audit', location: LOCATION, zones: [zoneIn(stack, 'acme-gold')] },
  });
  const channel = new MonitoringNotificationChannel(stack, 'Mail', { type: 'email' });
  new AuditAlarms(stack, 'Alarms', { trail, notificationChannels: [channel] });
  // What is left of the policy does not tell what was taken out of it.
  expect(JSON.stringify(resources(stack, 'google_monitoring_alert_policy'))).toContain(
    'protoPayload.serviceData.policyDelta.auditConfigDeltas:*',
  );
});

describe('an audit trail', () => {
  function trail(props: Partial<AuditTrailProps> = {}) {
    const stack = googleStack();
    const zones = [zoneIn(stack, 'acme-bronze')];
    new AuditTrail(stack, 'Audit', { bucketName: 'acme-audit', location: LOCATION, zones, ...props });
    return stack;
  }

  it('records who reads and writes, and every change to the project', () => {
    const stack = trail();
    expect(resource(stack, 'google_project_iam_audit_config')).toMatchObject({
      service: 'storage.googleapis.com',
      audit_log_config: [{ log_type: 'DATA_READ' }, { log_type: 'DATA_WRITE' }],
    });
    const sink = resource(stack, 'google_logging_project_sink');
    expect(sink.unique_writer_identity).toBe(true);
    expect(sink.filter).toMatch(
      /^log_id\("cloudaudit\.googleapis\.com\/activity"\) OR \(log_id\("cloudaudit\.googleapis\.com\/data_access"\) AND resource\.type="gcs_bucket" AND resource\.labels\.bucket_name=\("\$\{google_storage_bucket\.acme-bronze_Bucket_\w+\.name\}"\)\)$/,
    );
    expect(sink.destination).toMatch(/^storage\.googleapis\.com\/\$\{google_storage_bucket\.Audit_Records/);
  });

  it('keeps the records where nobody changes them, and deletes them after that', () => {
    const records = (props: Partial<AuditTrailProps>) =>
      resources(trail(props), 'google_storage_bucket').find(({ name }) => name === 'acme-audit')!;
    const moved = {
      action: { type: 'SetStorageClass', storage_class: 'COLDLINE' },
      condition: { age: 90, with_state: 'LIVE', matches_prefix: ['cloudaudit.googleapis.com/'] },
    };
    const deleted = (age: number) => ({
      action: { type: 'Delete' },
      condition: { age, with_state: 'LIVE', matches_prefix: ['cloudaudit.googleapis.com/'] },
    });
    expect(records({})).toMatchObject({
      retention_policy: { retention_period: 365 * 86400, is_locked: false },
      lifecycle_rule: [{}, moved, deleted(366)],
    });
    expect(records({ retention: BucketRetention.locked(90) })).toMatchObject({
      retention_policy: { retention_period: 90 * 86400, is_locked: true },
      lifecycle_rule: [{}, deleted(91)],
    });
  });

  it('lets the sink add records, and do nothing else', () => {
    const granted = resource(trail(), 'google_storage_bucket_iam_member');
    expect(granted).toMatchObject({
      role: 'roles/storage.objectCreator',
      member: expect.stringMatching(/^\$\{google_logging_project_sink\.Audit_Sink_\w+\.writer_identity\}$/),
    });
  });

  it('leaves the project as it is, or reads out, where that is asked for', () => {
    expect(resources(trail({ dataAccessLogs: false }), 'google_project_iam_audit_config')).toEqual([]);
    const exemptedMembers = ['serviceAccount:loader@acme.iam.gserviceaccount.com'];
    expect(
      resource(trail({ reads: false, exemptedMembers }), 'google_project_iam_audit_config').audit_log_config,
    ).toEqual([{ log_type: 'DATA_WRITE', exempted_members: exemptedMembers }]);
  });

  it('refuses to record nothing', () => {
    expect(() => trail({ zones: [] })).toThrow('"Lake/Audit" records nothing. Pass a lake, or name zones.');
  });
});

describe('audit alarms', () => {
  function alarms(maintainers?: string[]) {
    const stack = googleStack();
    const bronze = zoneIn(stack, 'acme-bronze');
    const trail = new AuditTrail(stack, 'Audit', {
      bucketName: 'acme-audit',
      location: LOCATION,
      zones: [bronze],
    });
    const channel = new MonitoringNotificationChannel(stack, 'Mail', { type: 'email' });
    new AuditAlarms(stack, 'Alarms', {
      trail,
      appendOnlyZone: bronze,
      maintainers,
      notificationChannels: [channel],
    });
    return resources(stack, 'google_monitoring_alert_policy') as any[];
  }
  const filterOf = (policies: any[], word: string) =>
    policies
      .flatMap(({ conditions }) => conditions)
      .map(({ condition_matched_log }) => condition_matched_log.filter as string)
      .find((filter) => filter.includes(word));

  it('tell of changes to buckets, keys and records, and of deletions, at most each five minutes', () => {
    const policies = alarms();
    expect(policies).toHaveLength(4);
    for (const policy of policies) {
      expect(policy.notification_channels).toEqual(['${google_monitoring_notification_channel.Mail.id}']);
      expect(policy.alert_strategy.notification_rate_limit).toEqual({ period: '300s' });
    }
    const buckets = filterOf(policies, 'storage.setIamPermissions');
    expect(buckets).toMatch(/bucket_name=\("\$\{.*acme-bronze.*\}" OR "\$\{.*Audit_Records.*\}"\)/);
    expect(filterOf(policies, 'DeleteSink')).toMatch(
      /"\/sinks\/\$\{google_logging_project_sink\..*\.name\}"/,
    );
    expect(filterOf(policies, 'DestroyCryptoKeyVersion')).toContain('"cloudkms.googleapis.com"');
    expect(filterOf(policies, 'storage.objects.delete')).not.toContain('NOT');
  });

  it('leave out those who may delete', () => {
    const filter = filterOf(alarms(['compactor@acme.iam.gserviceaccount.com']), 'storage.objects.delete');
    expect(filter).toContain(
      ' AND NOT protoPayload.authenticationInfo.principalEmail=("compactor@acme.iam.gserviceaccount.com")',
    );
  });

  it('tell somebody', () => {
    const stack = googleStack();
    const zones = [zoneIn(stack, 'acme-bronze')];
    const trail = new AuditTrail(stack, 'Audit', { bucketName: 'acme-audit', location: LOCATION, zones });
    expect(() => new AuditAlarms(stack, 'Alarms', { trail, notificationChannels: [] })).toThrow(
      '"Lake/Alarms" tells nobody. Name notificationChannels.',
    );
  });
});

describe('a cost watch', () => {
  function watch(props: Partial<CostWatchProps> = {}, stack = googleStack()) {
    new CostWatch(stack, 'Costs', {
      billingAccount: '012345-6789AB-CDEF01',
      monthlyLimit: 500,
      labelValue: 'orders',
      ...props,
    });
    return stack;
  }

  it('tells at 80, 100 and 120 percent, and of what is foreseen', () => {
    const stack = googleStack();
    const topic = new PubsubTopic(stack, 'Topic', { name: 'costs' });
    expect(resource(watch({ topic }, stack), 'google_billing_budget')).toEqual({
      billing_account: '012345-6789AB-CDEF01',
      display_name: 'Lake/Costs',
      amount: { specified_amount: { currency_code: 'USD', units: '500' } },
      budget_filter: { calendar_period: 'MONTH', labels: { 'data-product': 'orders' } },
      threshold_rules: [
        { spend_basis: 'CURRENT_SPEND', threshold_percent: 0.8 },
        { spend_basis: 'CURRENT_SPEND', threshold_percent: 1 },
        { spend_basis: 'CURRENT_SPEND', threshold_percent: 1.2 },
        { spend_basis: 'FORECASTED_SPEND', threshold_percent: 1 },
      ],
      all_updates_rule: {
        pubsub_topic: '${google_pubsub_topic.Topic.id}',
        schema_version: '1.0',
        disable_default_iam_recipients: false,
      },
    });
  });

  it.each<[string, Partial<CostWatchProps>, string]>([
    ['no limit', { monthlyLimit: 0 }, 'monthlyLimit must be a whole number above 0. Received 0.'],
    [
      'an account there is not',
      { billingAccount: 'acme' },
      'billingAccount: "acme" is none. Write it as 012345-6789AB-CDEF01.',
    ],
    [
      'a threshold of nothing',
      { thresholds: [0] },
      'A threshold must be above 0 percent. Received 0. 100 is the limit itself.',
    ],
    [
      'the whole account',
      { labelValue: undefined },
      '"Lake/Costs" would watch the whole billing account. Give a labelValue, or projects.',
    ],
    [
      'more channels than Google tells',
      { notificationChannels: Array(6).fill({ id: 'channel' }) as MonitoringNotificationChannel[] },
      'notificationChannels has 6 entries; a budget takes 5. Leave some out.',
    ],
    ['a value no label has', { labelValue: 'Orders' }, 'has the value "Orders"'],
  ])('refuses %s', (_name, props, message) => {
    expect(() => watch(props)).toThrow(message);
  });
});

describe('an inventory', () => {
  function inventory(props: Partial<ZoneInventoryProps> = {}, stack = googleStack()) {
    const zones = [zoneIn(stack, 'acme-gold')];
    const destination = zoneIn(stack, 'acme-lists');
    const days = { from: '2027-01-01', until: '2028-02-29' };
    new ZoneInventory(stack, 'Inventory', { zones, destination, ...days, ...props });
    return stack;
  }

  it('lists every object daily, as Parquet, and may do no more than that', () => {
    const stack = inventory();
    const report = resource(stack, 'google_storage_insights_report_config');
    expect(report).toMatchObject({
      location: 'europe-west3',
      frequency_options: {
        frequency: 'DAILY',
        start_date: { year: 2027, month: 1, day: 1 },
        end_date: { year: 2028, month: 2, day: 29 },
      },
      parquet_options: {},
      object_metadata_report_options: {
        storage_destination_options: { destination_path: 'inventory/acme-gold/' },
      },
    });
    expect(
      resources(stack, 'google_storage_bucket_iam_member')
        .map(({ role }) => role)
        .sort(),
    ).toEqual(['roles/storage.insightsCollectorService', 'roles/storage.objectCreator']);
    expect(report.depends_on).toHaveLength(2);
    expect(resource(inventory({ csv: true }), 'google_storage_insights_report_config')).toHaveProperty(
      'csv_options',
    );
  });

  it.each<[string, Partial<ZoneInventoryProps>, string]>([
    ['no zone', { zones: [] }, '"Lake/Inventory" lists no zone. Name at least one.'],
    ['days there are not', { from: '1.1.2027' }, 'from: "1.1.2027" is no day. Write 2027-01-01.'],
    [
      'an end before the beginning',
      { until: '2026-01-01' },
      'until (2026-01-01) is before from (2027-01-01). Use a later day.',
    ],
  ])('refuses %s', (_name, props, message) => {
    expect(() => inventory(props)).toThrow(message);
  });

  it('refuses lists elsewhere, and buckets whose place is not known', () => {
    const stack = googleStack();
    const far = zoneIn(stack, 'acme-far', BucketLocation.region('us-central1'));
    expect(() => inventory({ destination: far }, stack)).toThrow(
      'The zone "Lake/acme-gold" is in EUROPE-WEST3, and its list would be in US-CENTRAL1. Use a destination in the same location.',
    );
    const other = googleStack();
    const own = ZoneBucket.fromBucketName(other, 'Own', 'theirs');
    expect(() => inventory({ zones: [own] }, other)).toThrow(
      'The zone "Lake/Own" is a bucket of its owner\'s',
    );
  });
});

describe('a search for personal data', () => {
  it('looks into the zones and nowhere else', () => {
    const stack = googleStack();
    const topic = new PubsubTopic(stack, 'Topic', { name: 'found' });
    const zones = [zoneIn(stack, 'acme-bronze')];
    new PersonalDataDiscovery(stack, 'Personal', { zones, location: 'europe-west3', topic });
    const { targets, actions } = resource(stack, 'google_data_loss_prevention_discovery_config');
    const name = expect.stringMatching(/^\^\$\{google_storage_bucket\.acme-bronze_Bucket_\w+\.name\}\$$/);
    expect(targets).toMatchObject([
      {
        cloud_storage_target: {
          filter: {
            collection: {
              include_regexes: { patterns: [{ cloud_storage_regex: { bucket_name_regex: name } }] },
            },
          },
        },
      },
      { cloud_storage_target: { filter: { others: {} }, disabled: {} } },
    ]);
    expect((actions as unknown[]).length).toBe(2);
    expect(resource(stack, 'google_data_loss_prevention_inspect_template')).toMatchObject({
      inspect_config: { info_types: expect.arrayContaining([{ name: 'EMAIL_ADDRESS' }]) },
    });
  });

  it('refuses what there is not', () => {
    const stack = googleStack();
    const zones = [zoneIn(stack, 'acme-bronze')];
    const location = 'europe';
    expect(() => new PersonalDataDiscovery(stack, 'A', { zones: [], location })).toThrow(
      '"Lake/A" searches no zone. Name at least one.',
    );
    expect(() => new PersonalDataDiscovery(stack, 'B', { zones, location, infoTypes: ['e-mail'] })).toThrow(
      'infoTypes: "e-mail" is none. Write them as EMAIL_ADDRESS, or leave them out.',
    );
    expect(() => new PersonalDataDiscovery(stack, 'C', { zones, location, infoTypes: [] })).toThrow(
      'none given',
    );
  });
});

describe('sensitivity tags', () => {
  it('are the classifications of contracts, each with readers of its own', () => {
    const stack = googleStack();
    const tags = new SensitivityTags(stack, 'Sensitivity', { contracts: [CONTRACT], region: 'eu' });
    tags.grantRead('restricted', Member.of('group:desk@acme.example'));
    tags.grantRead('restricted', Member.of('group:desk@acme.example'));
    expect(
      resources(stack, 'google_data_catalog_policy_tag')
        .map(({ display_name }) => display_name)
        .sort(),
    ).toEqual(['public', 'restricted']);
    expect(resource(stack, 'google_data_catalog_taxonomy')).toMatchObject({
      activated_policy_types: ['FINE_GRAINED_ACCESS_CONTROL'],
    });
    expect(resource(stack, 'google_data_catalog_policy_tag_iam_member')).toMatchObject({
      role: 'roles/datacatalog.categoryFineGrainedReader',
      member: 'group:desk@acme.example',
    });
    expect(Object.keys(tags.columnTags(CONTRACT.schema()))).toEqual(['id', 'customer.email']);
    expect(() => tags.policyTag('secret')).toThrow(
      'No contract has the classification "secret". There are: public, restricted.',
    );
    expect(() => new SensitivityTags(stack, 'None', { contracts: [], region: 'eu' })).toThrow(
      '"Lake/None": no column of the contracts has a classification.',
    );
  });
});

describe('a partner', () => {
  const partner = Member.of('serviceAccount:reader@partner.iam.gserviceaccount.com');

  it('reads a folder until an instant', () => {
    const stack = googleStack();
    const zone = zoneIn(stack, 'acme-gold');
    const { grants } = new PartnerAccess(stack, 'Partner', {
      partner,
      folders: [{ zone, prefix: 'exports' }],
      validUntil: '2027-12-31T00:00:00Z',
    });
    expect(grants.map(({ roles }) => roles)).toEqual([['roles/storage.objectViewer']]);
    expect(resource(stack, 'google_storage_managed_folder_iam_member')).toMatchObject({
      role: 'roles/storage.objectViewer',
      condition: {
        title: 'until 2027-12-31T00:00:00Z',
        expression: 'request.time < timestamp("2027-12-31T00:00:00Z")',
      },
    });
  });

  it('is somebody, reads something, until some time', () => {
    const stack = googleStack();
    const folders = [{ zone: zoneIn(stack, 'acme-gold'), prefix: 'exports' }];
    expect(() => new PartnerAccess(stack, 'A', { partner, folders: [] })).toThrow(
      '"Lake/A" may read nothing. Name folders.',
    );
    expect(
      () => new PartnerAccess(stack, 'B', { partner: Member.of('domain:partner.example'), folders }),
    ).toThrow('partner is everybody of partner.example. Name a service account, a group or a principal.');
    for (const validUntil of ['2027', '2027-02-30T00:00:00Z']) {
      expect(() => new PartnerAccess(stack, validUntil, { partner, folders, validUntil })).toThrow(
        `validUntil: "${validUntil}" is no instant in UTC. Write 2027-01-01T00:00:00Z.`,
      );
    }
  });

  it('has one binding where a grant lets it read the same, and one end', () => {
    const stack = googleStack();
    const zone = zoneIn(stack, 'acme-gold');
    const folders = [{ zone, prefix: 'exports' }];
    zone.grantRead(partner, 'exports');
    new PartnerAccess(stack, 'Whole', { partner, folders });
    expect(resources(stack, 'google_storage_managed_folder_iam_member')).toHaveLength(1);
    new PartnerAccess(stack, 'Until', { partner, folders, validUntil: '2027-12-31T00:00:00Z' });
    expect(
      () => new PartnerAccess(stack, 'Shorter', { partner, folders, validUntil: '2027-01-31T00:00:00Z' }),
    ).toThrow('is a binding of another member, or under another condition.');
  });
});

describe('a replication', () => {
  it('copies a zone to another place, with roles for that on both sides', () => {
    const stack = googleStack();
    const lake = new MedallionLake(stack, 'Lake', { name: 'acme', location: LOCATION });
    const destination = zoneIn(stack, 'acme-vault', BucketLocation.region('us-central1'));
    // Bronze is append-only: what its own replication may do is meant.
    new ZoneReplication(stack, 'Copies', { source: lake.bronze, destination, prefix: 'raw' });
    expect(resource(stack, 'google_storage_transfer_job')).toMatchObject({
      replication_spec: { gcs_data_source: { path: 'raw/' }, gcs_data_sink: { path: 'raw/' } },
      depends_on: expect.arrayContaining([expect.stringMatching(/^google_project_iam_member\./)]),
    });
    const roles = (type: string) => resources(stack, type).map(({ role }) => role);
    expect(roles('google_storage_bucket_iam_member').sort()).toEqual([
      'roles/storage.legacyBucketOwner',
      'roles/storage.legacyBucketWriter',
      'roles/storage.objectViewer',
    ]);
    expect(roles('google_project_iam_member').sort()).toEqual([
      'roles/pubsub.editor',
      'roles/pubsub.publisher',
    ]);
  });

  it('leaves what others of the stack need when it is removed, and has rights on buckets of folders', () => {
    const stack = googleStack();
    const [silver, gold] = ['silver', 'gold'].map((id) =>
      ZoneBucket.fromBucketName(stack, id, 'acme-lake', id),
    );
    const destination = zoneIn(stack, 'acme-vault', BucketLocation.region('us-central1'));
    new ZoneReplication(stack, 'SilverCopies', { source: silver, destination });
    new ZoneReplication(stack, 'GoldCopies', { source: gold, destination });
    const { resource: made } = JSON.parse(Testing.synth(stack)) as any;
    expect(Object.keys(made.google_project_iam_member)).toEqual([
      expect.stringMatching(/^ReplicationAccess_StorageAgentPublishes_/),
      expect.stringMatching(/^ReplicationAccess_TransferAgentListens_/),
    ]);
    expect(resources(stack, 'google_storage_bucket_iam_member')).toHaveLength(3);
    expect(made.google_storage_managed_folder).toBeUndefined();
  });

  it('is not onto itself', () => {
    const stack = googleStack();
    const zone = zoneIn(stack, 'acme-gold');
    expect(() => new ZoneReplication(stack, 'Copies', { source: zone, destination: zone })).toThrow(
      '"Lake/Copies" copies "Lake/acme-gold" onto itself. Name another zone as destination.',
    );
  });
});
