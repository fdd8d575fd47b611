import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  DataContract,
  DataProduct,
  GovernanceMode,
  GovernedLake,
  IngestStream,
  LakeCatalog,
  LakeConsumer,
  LakeCrawler,
  MedallionLake,
  StreamSource,
  Zone,
} from '../../../../../lib/aws';
import { OWNER, PARTNER } from './accounts';
import { StackTemplate } from './stack-template';

const V1 = `
      - { name: customer_id, logicalType: string, required: true, primaryKey: true }
      - { name: country, logicalType: string, classification: public }
      - { name: tier, logicalType: string }`;
/** A column more, more sensitive than any before, and another that became so. */
const V2 = `
      - { name: customer_id, logicalType: string, required: true, primaryKey: true }
      - { name: country, logicalType: string, classification: restricted }
      - { name: tier, logicalType: string }
      - { name: email, logicalType: string, classification: confidential, tags: [pii] }`;

export interface ShopProps {
  /** Undefined for a lake IAM alone decides about. */
  readonly mode?: GovernanceMode;
  readonly version?: 1 | 2;
}

/** A lake with a product, a crawler, readers by columns, rows and tags, and shares. Version 2 has another owner as well. */
export function shop({ mode, version = 1 }: ShopProps): StackTemplate {
  const env = { account: OWNER, region: 'eu-central-1' };
  const stack = new Stack(new App(), 'Shop', { env });
  const lake = new MedallionLake(stack, 'Lake');
  const catalog = new LakeCatalog(stack, 'Catalog', { lake, name: 'shop' });
  const governed = mode === undefined ? undefined : new GovernedLake(stack, 'Governed', { catalog, mode });
  const reader = (id: string) => new Role(stack, id, { assumedBy: new AccountRootPrincipal() });
  const readers = ['Analysts', 'Marketing', 'Stewards'].map(reader);
  // Before there is a table that carries the tags.
  governed?.grantSelectByTag(readers[2], {
    owners: [version === 1 ? 'CRM Team' : 'Loyalty Team'],
    classifications: ['public', 'internal'],
    zones: [Zone.SILVER],
  });
  const product = new DataProduct(stack, 'Customers', {
    contract: contract(version),
    lake,
    catalog,
    source: StreamSource.kinesis(new IngestStream(stack, 'Events')),
  });
  new LakeCrawler(stack, 'Landing', {
    databaseName: catalog.databaseName(Zone.BRONZE),
    files: [{ zone: lake.bronze, folder: 'landing/' }],
  });
  product.alarms.notify(new Topic(stack, 'Alarms', { masterKey: lake.encryptionKey, enforceSSL: true }));
  const silver = product.table(Zone.SILVER);
  governed?.grantSelect(readers[0], silver, { excludeClassifications: ['confidential'] });
  governed?.grantSelect(readers[1], silver, { columns: ['country'], rowFilter: "tier = 'gold'" });
  governed?.shareTable(LakeConsumer.account(PARTNER), silver, { excludeColumns: ['tier'] });
  const organization = 'arn:aws:organizations::999988887777:organization/o-abc123';
  governed?.shareByTag(LakeConsumer.organization(organization), { classifications: ['public'] });
  return templateOf(stack, OWNER);
}

/** The stacks of examples/governed-lake: of the lake, and of the account it shares with. */
export function exampleTemplates(): StackTemplate[] {
  process.env.CDK_OUTDIR = mkdtempSync(join(tmpdir(), 'governed-lake-'));
  try {
    const { app } = require('../../../../../examples/governed-lake/app') as { app: App };
    const [customers, partner] = app.node.children as Stack[];
    return [templateOf(customers, OWNER), templateOf(partner, PARTNER)];
  } finally {
    delete process.env.CDK_OUTDIR;
  }
}

/** A governed lake, and a product of it in another stack. */
export function twoStacks(): StackTemplate[] {
  const env = { account: OWNER, region: 'eu-central-1' };
  const app = new App();
  const stack = new Stack(app, 'Lake', { env });
  const lake = new MedallionLake(stack, 'Lake');
  const catalog = new LakeCatalog(stack, 'Catalog', { lake, name: 'shop' });
  const governed = new GovernedLake(stack, 'Governed', { catalog });
  const own = new Stack(app, 'Product', { env });
  const product = new DataProduct(own, 'Customers', {
    contract: contract(1),
    lake,
    catalog,
    source: StreamSource.kinesis(new IngestStream(own, 'Events')),
  });
  product.alarms.notify(new Topic(own, 'Alarms', { masterKey: lake.encryptionKey, enforceSSL: true }));
  const analysts = new Role(own, 'Analysts', { assumedBy: new AccountRootPrincipal() });
  governed.grantSelect(analysts, product.table(Zone.SILVER), {
    excludePersonalData: true,
    columns: ['tier'],
  });
  const first = templateOf(stack, OWNER);
  return [first, templateOf(own, OWNER, first)];
}

function templateOf(stack: Stack, account: string, deployedBefore?: StackTemplate): StackTemplate {
  return new StackTemplate(Template.fromStack(stack).toJSON() as any, account, deployedBefore);
}

/** What of `shop_silver.customers` each reader is to see. */
export const SEEN: Record<1 | 2, Record<string, string[]>> = {
  1: {
    Analysts: ['customer_id', 'country', 'tier', '_lane', '_position', '_arrived_at'],
    Marketing: ['country'],
    Stewards: ['customer_id', 'country', 'tier', '_lane', '_position', '_arrived_at'],
  },
  2: {
    Analysts: ['customer_id', 'country', 'tier', '_lane', '_position', '_arrived_at'],
    Marketing: ['country'],
    Stewards: ['customer_id', 'tier', '_lane', '_position', '_arrived_at'],
  },
};

function contract(version: 1 | 2): DataContract {
  return DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: customers-1
version: ${version}.0.0
status: active
domain: Marketing
dataProduct: Customer Loyalty
team: { name: ${version === 1 ? 'CRM Team' : 'Loyalty Team'} }
schema:
  - name: customers
    properties:${version === 1 ? V1 : V2}
`);
}
