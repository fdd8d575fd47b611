import { Aws } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { GovernanceMode, LakeTag, Zone } from '../../../../lib/aws';
import { tooManyValues } from '../../../../lib/aws/governance/lake-formation/tag-rules';
import { customers, customersTable } from './customers';
import { declaredCalls, resourcesOf } from './template-graph';

/** The values of each tag: those it is made with, and those that are added. */
const definitions = (template: Template) =>
  Object.fromEntries(
    resourcesOf(template, 'AWS::LakeFormation::Tag').map(([, { Properties }]) => [
      Properties.TagKey,
      [
        ...Properties.TagValues,
        ...declaredCalls(template, 'UpdateLFTag')
          .filter(([, { TagKey }]) => TagKey === Properties.TagKey)
          .flatMap(([, { TagValuesToAdd }]) => TagValuesToAdd),
      ],
    ]),
  );

/** `<what>` → `key=value` of each tag. */
const associations = (template: Template) =>
  Object.fromEntries(
    resourcesOf(template, 'AWS::LakeFormation::TagAssociation').map(([, { Properties }]) => {
      const { Database, Table, TableWithColumns } = Properties.Resource;
      const { DatabaseName, Name } = Table ?? TableWithColumns ?? {};
      const what =
        Database?.Name ??
        `${DatabaseName}.${Name}${TableWithColumns ? ` ${TableWithColumns.ColumnNames.join(' ')}` : ''}`;
      return [
        what,
        Properties.LFTags.map(({ TagKey, TagValues }: any) => `${TagKey}=${TagValues.join()}`).join(' '),
      ];
    }),
  );

test('tags have every value in use; databases, tables and columns carry those of the contract', () => {
  const { stack } = customers();
  const template = Template.fromStack(stack);
  expect(definitions(template)).toEqual({
    classification: ['confidential', 'internal', 'public', 'restricted'],
    pii: ['false', 'true'],
    zone: ['bronze', 'gold', 'quarantine', 'silver'],
    domain: ['none', 'marketing'],
    owner: ['none', 'crm team'],
    product: ['none', 'customer loyalty'],
  });
  expect(associations(template)).toEqual({
    shop_bronze: 'zone=bronze',
    shop_silver: 'zone=silver',
    shop_gold: 'zone=gold',
    shop_quarantine: 'zone=quarantine',
    'shop_silver.customers':
      'classification=confidential pii=true domain=marketing owner=crm team product=customer loyalty',
    'shop_silver.customers customer_id tier joined_at _lane _position _arrived_at':
      'classification=internal pii=false',
    'shop_silver.customers email address': 'classification=confidential pii=true',
    'shop_silver.customers country': 'classification=public pii=false',
    'shop_silver.customers points': 'classification=restricted pii=false',
  });
});

test('what the contract does not describe is as sensitive as the most sensitive it does', () => {
  const { stack, catalog } = customers();
  customersTable(stack, catalog, Zone.BRONZE);
  customersTable(stack, catalog, Zone.QUARANTINE);
  const found = associations(Template.fromStack(stack));
  expect(found['shop_bronze.customers email address _extra']).toBe('classification=confidential pii=true');
  expect(Object.keys(found).filter((what) => what.startsWith('shop_quarantine.'))).toEqual([
    'shop_quarantine.customers',
  ]);
});

test('keys have the environment or another start, tags can be left out and added', () => {
  const { stack } = customers({
    tagKeyPrefix: 'Crm:',
    omitTags: [LakeTag.OWNER, LakeTag.PRODUCT],
    databaseTags: { Tenant: 'Acme & Sons' },
    classifications: ['open', 'public', 'internal', 'restricted', 'confidential'],
    unclassified: 'open',
    mode: GovernanceMode.HYBRID,
  });
  const template = Template.fromStack(stack);
  expect(definitions(template)).toMatchObject({ 'crm:tenant': ['none', 'acme _ sons'] });
  expect(Object.keys(definitions(template)).sort()).toEqual(
    ['classification', 'domain', 'pii', 'tenant', 'zone'].map((key) => `crm:${key}`),
  );
  expect(Object.values(associations(template))).toContain('crm:classification=open crm:pii=false');
});

it('a value as long as Lake Formation takes it is called by what CloudFormation takes as a name', () => {
  const idsOf = (...tenants: string[]) =>
    tenants.flatMap((tenant) => {
      const { stack } = customers({ databaseTags: { tenant } });
      return Object.values(Template.fromStack(stack).findResources('Custom::AWS'))
        .map(({ Properties }) => JSON.stringify(Properties.Create))
        .filter((create) => create.includes('\\"TagKey\\":\\"tenant'))
        .map((create) => /physicalResourceId[\\":{]+id[\\":]+([^"\\]+)/.exec(create)![1]);
    });
  const ids = idsOf('店'.repeat(256), `${'店'.repeat(255)}舗`);
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(2);
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html: one kilobyte
  expect(Math.max(...ids.map((id) => Buffer.byteLength(id)))).toBeLessThanOrEqual(1024);
});

const UNKNOWN =
  'is known at deployment only: it cannot be brought to lower case, in which Lake Formation keeps keys and values. Write it out.';

describe('refuses', () => {
  it.each([
    [{ classifications: ['public', 'Public'] }, 'classifications names "Public" twice. Keep one of them.'],
    [
      { unclassified: 'secret' },
      'unclassified is "secret", which is no classification. Known, from the least to the most sensitive: public, internal, ' +
        'restricted, confidential. Use one of them, or name yours in classifications of the GovernedLake.',
    ],
    [
      { classifications: ['public', 'internal'] },
      'classification of email in the contract customers-1 is "Confidential", which is no classification. Known, from the ' +
        'least to the most sensitive: public, internal. Use one of them, or name yours in classifications of the GovernedLake.',
    ],
    [
      { tagKeyPrefix: 'a?' },
      'The LF-tag key "a?classification" has 16 characters. Lake Formation takes 1 to 128 letters, digits, blanks and ' +
        '_ . : / = + - @ %: choose another tagKeyPrefix or key.',
    ],
    [
      { tagKeyPrefix: 'x'.repeat(128) },
      `The LF-tag key "${'x'.repeat(128)}classification" has 142 characters. Lake Formation takes 1 to 128 letters, digits, ` +
        'blanks and _ . : / = + - @ %: choose another tagKeyPrefix or key.',
    ],
    [
      { databaseTags: Object.fromEntries(Array.from({ length: 45 }, (_value, index) => [`k${index}`, 'v'])) },
      'A table would carry 51 LF-tags; Lake Formation takes 50. Leave some out of databaseTags.',
    ],
    [{ databaseTags: { tenant: Aws.STACK_NAME } }, `The value of tenant in databaseTags ${UNKNOWN}`],
    [{ databaseTags: { [Aws.STACK_NAME]: 'acme' } }, `A key of databaseTags ${UNKNOWN}`],
    [{ tagKeyPrefix: Aws.STACK_NAME }, `tagKeyPrefix ${UNKNOWN}`],
  ])('%j', (props, message) => {
    expect(() => customers(props)).toThrow(message);
  });

  it('a tag with more values than Lake Formation keeps', () => {
    const values = Array.from({ length: 1001 }, (_value, index) => `team ${index}`);
    expect(tooManyValues('owner', values.slice(1), true)).toBeUndefined();
    expect(tooManyValues('owner', values, true)).toBe(
      'The LF-tag "owner" has 1001 values; Lake Formation keeps 1000 of a tag. Give part of the tables a GovernedLake with a ' +
        'tagKeyPrefix of its own, or leave the key out by omitTags.',
    );
  });

  it('a tag with more values than CloudFormation passes', () => {
    const { stack } = customers({
      classifications: [
        ...Array.from({ length: 47 }, (_value, index) => `c${index}`),
        'public',
        'internal',
        'restricted',
        'confidential',
      ],
    });
    expect(() => Template.fromStack(stack)).toThrow(
      'The LF-tag "classification" has 51 values; CloudFormation passes them in one call, which takes 50. Give part of the ' +
        'tables a GovernedLake with a tagKeyPrefix of its own, or leave the key out by omitTags.',
    );
  });
});
