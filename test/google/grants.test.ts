import { ServiceAccount } from '@cdktf/provider-google/lib/service-account';
import { StorageBucket } from '@cdktf/provider-google/lib/storage-bucket';
import { Testing } from 'cdktf';
import { BucketLocation, type IZoneBucket, Member, ZoneBucket } from '../../lib/google';
import { googleStack, resource, resources } from './stack';

const ANALYSTS = Member.of('group:analysts@acme.example');

function bronzeIn(stack = googleStack()) {
  const location = BucketLocation.region('europe-west3');
  const bronze = new ZoneBucket(stack, 'Bronze', {
    bucketName: 'acme-bronze',
    location,
    appendOnly: true,
  });
  return { stack, bronze };
}

function bindings(zone: (bronze: IZoneBucket) => void): [string, string][] {
  const { stack, bronze } = bronzeIn();
  zone(bronze);
  const folders = resources(stack, 'google_storage_managed_folder_iam_member');
  const names = (JSON.parse(Testing.synth(stack)) as any).resource.google_storage_managed_folder ?? {};
  const nameOf = (reference: unknown) => names[/\.([\w-]+)\.name/.exec(String(reference))![1]].name as string;
  return [
    ...resources(stack, 'google_storage_bucket_iam_member').map(({ role }): [string, string] => [
      '',
      String(role),
    ]),
    ...folders.map(({ role, managed_folder }): [string, string] => [nameOf(managed_folder), String(role)]),
  ];
}

it.each<[string, (zone: IZoneBucket) => void, [string, string][]]>([
  ['read', (zone) => zone.grantRead(ANALYSTS), [['', 'roles/storage.objectViewer']]],
  [
    'read a folder',
    (zone) => zone.grantRead(ANALYSTS, 'orders'),
    [['orders/', 'roles/storage.objectViewer']],
  ],
  ['write new objects', (zone) => zone.grantWrite(ANALYSTS), [['', 'roles/storage.objectCreator']]],
  [
    'read and write',
    (zone) => zone.grantReadWrite(ANALYSTS, 'a/b'),
    [
      ['a/b/', 'roles/storage.objectCreator'],
      ['a/b/', 'roles/storage.objectViewer'],
    ],
  ],
  [
    'commit to a table',
    (zone) => zone.grantTableCommit(ANALYSTS, 'orders'),
    [
      ['orders/', 'roles/storage.objectCreator'],
      ['orders/', 'roles/storage.objectViewer'],
      ['orders/metadata/', 'roles/storage.objectUser'],
    ],
  ],
  [
    'maintain',
    (zone) => zone.grantMaintenance(ANALYSTS, 'orders/'),
    [['orders/', 'roles/storage.objectUser']],
  ],
  [
    'read, though granted twice',
    (zone) => [zone.grantRead(ANALYSTS, 'orders'), zone.grantRead(ANALYSTS, 'orders/')],
    [['orders/', 'roles/storage.objectViewer']],
  ],
])('may %s, and no more', (_name, grant, expected) => {
  expect(bindings(grant).sort()).toEqual(expected);
});

it('names what was granted, and lets others wait for it', () => {
  const { stack, bronze } = bronzeIn();
  const grant = bronze.grantReadWrite(ANALYSTS, 'orders');
  expect(grant).toMatchObject({
    member: 'group:analysts@acme.example',
    roles: ['roles/storage.objectViewer', 'roles/storage.objectCreator'],
  });
  expect(grant.bindings).toHaveLength(3);
  const account = new ServiceAccount(stack, 'Loader', { accountId: 'loader' });
  grant.applyBefore(account);
  expect(resource(stack, 'google_service_account').depends_on).toEqual([
    'google_storage_managed_folder.Bronze_Folderorders_Folder_3DB0FF70',
    'google_storage_managed_folder_iam_member.Bronze_Folderorders_objectViewergroupanalystsacmeexample_2A40D531',
    'google_storage_managed_folder_iam_member.Bronze_Folderorders_objectCreatorgroupanalystsacmeexample_B1AA8FE2',
  ]);
});

it('keeps the addresses of bindings whatever else is granted', () => {
  const addresses = (others: boolean) => {
    const { stack, bronze } = bronzeIn();
    const account = new ServiceAccount(stack, 'Loader', { accountId: 'loader' });
    if (others) bronze.grantRead(ANALYSTS);
    bronze.grantWrite(Member.serviceAccount(account));
    bronze.grantWrite(Member.of(`serviceAccount:${account.email}`, 'by-hand'));
    return Object.keys((JSON.parse(Testing.synth(stack)) as any).resource.google_storage_bucket_iam_member);
  };
  expect(addresses(true)).toEqual(expect.arrayContaining(addresses(false)));
  expect(addresses(false)).toHaveLength(2);
});

it('grants on buckets of their owner’s, whole or by folder', () => {
  const stack = googleStack();
  const own = new StorageBucket(stack, 'Own', { name: 'acme-lake', location: 'EU' });
  const bronze = ZoneBucket.fromBucket(stack, 'Bronze', own, 'bronze');
  bronze.grantRead(ANALYSTS);
  ZoneBucket.fromBucketName(stack, 'Other', 'other-lake').grantRead(ANALYSTS);
  expect(resource(stack, 'google_storage_managed_folder')).toEqual({
    bucket: '${google_storage_bucket.Own.name}',
    name: 'bronze/',
    force_destroy: true,
  });
  expect(resource(stack, 'google_storage_bucket_iam_member')).toMatchObject({ bucket: 'other-lake' });
  expect(ZoneBucket.fromBucketName(stack, 'Third', 'other-lake', 'b').gsUri('x.parquet')).toBe(
    'gs://other-lake/b/x.parquet',
  );
});

it.each([
  [
    'allUsers',
    'The member allUsers is everybody, and public access is prevented on every bucket here. Name a group: ' +
      '"group:analysts@acme.example".',
  ],
  [
    'analysts@acme.example',
    '"analysts@acme.example" is no member of an IAM policy. Write what it is before it',
  ],
])('refuses %s', (member, message) => {
  expect(() => Member.of(member)).toThrow(message);
});

it('asks for a name where only Terraform knows the member', () => {
  const account = new ServiceAccount(googleStack(), 'Loader', { accountId: 'loader' });
  expect(() => Member.of(account.member)).toThrow('Pass a memberId, or use Member.serviceAccount.');
});

it('keeps the objects of a folder whose last grant is taken back, and can take it back', () => {
  const { stack, bronze } = bronzeIn();
  bronze.grantRead(ANALYSTS, 'orders');
  expect(resource(stack, 'google_storage_managed_folder')).toMatchObject({ force_destroy: true });
});

it('refuses two members of one memberId: the second would be granted nothing', () => {
  const { bronze } = bronzeIn();
  bronze.grantRead(Member.of('group:a@acme.example', 'readers'), 'orders');
  expect(() => bronze.grantRead(Member.of('group:b@acme.example', 'readers'), 'orders')).toThrow(
    '"Lake/Bronze/Folder:orders/objectViewer:readers" is a binding of another member, or under another condition. Give the member a ' +
      'memberId of its own, or grant it once.',
  );
});

it('takes a folder as it is written', () => {
  const { bronze } = bronzeIn();
  expect(() => bronze.grantRead(ANALYSTS, '${path.module}')).toThrow('A prefix is a folder such as');
});
