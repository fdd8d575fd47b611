import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { LakeTable, MedallionLake, PartnerAccess, type PartnerAccessProps, Zone } from '../../../lib/aws';
import { iamStatements, lakehouseMatchers } from '../../../lib/testing';

expect.extend(lakehouseMatchers);

function shared(props: Partial<PartnerAccessProps> = {}): Stack {
  const stack = new Stack(new App(), 'Test');
  const lake = new MedallionLake(stack, 'Lake');
  const gold = LakeTable.fromTableAttributes(stack, 'Gold', {
    databaseName: 'sales_gold',
    tableName: 'daily_revenue',
    zoneBucket: lake.zone(Zone.GOLD),
  });
  new PartnerAccess(stack, 'Acme', {
    partner: new iam.AccountPrincipal('210987654321'),
    externalId: 'acme-7d1f',
    tables: [gold],
    ...props,
  });
  return stack;
}

const ofPartner = (stack: Stack, type: string) =>
  iamStatements(stack).filter(
    (statement) => statement.type === type && statement.logicalId.startsWith('Acme'),
  );

test('the role is taken on with the external id only, for an hour', () => {
  const stack = shared();
  expect(ofPartner(stack, 'AWS::IAM::Role').map(({ text }) => text)).toEqual([
    'Allow sts:AssumeRole to AWS:arn:<AWS::Partition>:iam::210987654321:root when StringEquals sts:ExternalId = acme-7d1f',
  ]);
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', { MaxSessionDuration: 3600 });
});

test('it reads the table it was given, and decrypts, and nothing else', () => {
  expect(ofPartner(shared(), 'AWS::IAM::Policy').map(({ text }) => text)).toEqual([
    'Allow glue:GetDatabase, glue:GetTable on arn:<AWS::Partition>:glue:<AWS::Region>:<AWS::AccountId>:catalog, ' +
      'arn:<AWS::Partition>:glue:<AWS::Region>:<AWS::AccountId>:database/sales_gold, ' +
      'arn:<AWS::Partition>:glue:<AWS::Region>:<AWS::AccountId>:table/sales_gold/daily_revenue',
    'Allow s3:GetObject on <LakeGoldBucket18B2C89D.Arn>/daily_revenue/*',
    'Allow s3:GetBucketLocation on <LakeGoldBucket18B2C89D.Arn>',
    'Allow s3:ListBucket on <LakeGoldBucket18B2C89D.Arn> when StringLike s3:prefix = [daily_revenue, daily_revenue/*]',
    'Allow kms:Decrypt on <LakeKey7B6C155C.Arn>',
  ]);
});

test('the key lets identities of its account use it as their policies say', () => {
  const key = iamStatements(shared()).filter(({ type }) => type === 'AWS::KMS::Key');
  expect(key.map(({ text }) => text)).toContain(
    'Allow kms:* on * to AWS:arn:<AWS::Partition>:iam::<AWS::AccountId>:root',
  );
});

test('a folder, a second factor, addresses, an end and a longer session', () => {
  const stack = shared();
  const lake = stack.node.findChild('Lake') as MedallionLake;
  new PartnerAccess(stack, 'AcmeExports', {
    partner: new iam.ArnPrincipal('arn:aws:iam::210987654321:role/reader'),
    externalId: 'acme-7d1f',
    folders: [{ zone: lake.gold, prefix: 'exports/acme' }],
    requireMfa: true,
    sourceAddresses: ['203.0.113.0/24'],
    validUntil: '2027-01-01T00:00:00Z',
    maxSessionDuration: Duration.hours(4),
  });
  const statements = iamStatements(stack).filter(({ logicalId }) => logicalId.startsWith('AcmeExports'));
  expect(statements.find(({ type }) => type === 'AWS::IAM::Role')?.conditions).toEqual([
    'Bool aws:MultiFactorAuthPresent = true',
    'DateLessThan aws:CurrentTime = 2027-01-01T00:00:00Z',
    'IpAddress aws:SourceIp = [203.0.113.0/24]',
    'StringEquals sts:ExternalId = acme-7d1f',
  ]);
  expect(statements.map(({ text }) => text)).toEqual(
    expect.arrayContaining([
      'Allow s3:GetObject on <LakeGoldBucket18B2C89D.Arn>/exports/acme/*',
      'Deny (FromElsewhere) * on * when Bool aws:ViaAWSService = false and NotIpAddress aws:SourceIp = [203.0.113.0/24]',
    ]),
  );
});

test('follows the rules of the four packs', () => {
  expect(shared({ sourceAddresses: ['203.0.113.0/24'] })).toHaveNoNagFindings();
});

test.each<[string, Partial<PartnerAccessProps>, string]>([
  [
    'no external id',
    { externalId: '' },
    'externalId must be 2 to 1224 letters, digits and +=,.@:/_- . Received "". Choose one for this partner, for example a UUID.',
  ],
  ['a blank in it', { externalId: 'acme 7' }, 'Received "acme 7".'],
  [
    'everybody',
    { partner: new iam.AnyPrincipal() },
    'partner is everybody. Name an account or a role: new AccountPrincipal("123456789012").',
  ],
  ['nothing to read', { tables: [] }, '"Test/Acme" may read nothing. Name tables or folders.'],
  [
    'a session of half an hour',
    { maxSessionDuration: Duration.minutes(30) },
    'maxSessionDuration must be between 3600 and 43200 seconds. Received 1800.',
  ],
  [
    'an address that is none',
    { sourceAddresses: ['203.0.113.7'] },
    'sourceAddresses: "203.0.113.7" is no CIDR. Write 203.0.113.7/32 for one address.',
  ],
  [
    'no address at all',
    { sourceAddresses: [] },
    'sourceAddresses is empty, so that nobody could use the role.',
  ],
  [
    'an end that is no instant',
    { validUntil: '2027-13-01T00:00:00Z' },
    'validUntil: "2027-13-01T00:00:00Z" is no instant in UTC. Write 2027-01-01T00:00:00Z.',
  ],
])('refuses %s', (_, props, message) => expect(() => shared(props)).toThrow(message));
