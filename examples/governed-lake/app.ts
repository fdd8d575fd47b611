import { App, Stack, Validations } from 'aws-cdk-lib';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  DataContract,
  DataProduct,
  GovernedLake,
  IngestStream,
  LakeCatalog,
  LakeConsumer,
  MedallionLake,
  SharedDatabase,
  StreamSource,
  TagGatedReads,
  Zone,
} from 'lakehouse-constructs';

export const app = new App();
const stack = new Stack(app, 'Customers', { env: { account: '111122223333', region: 'eu-central-1' } });

const lake = new MedallionLake(stack, 'Lake');
const catalog = new LakeCatalog(stack, 'Catalog', { lake, name: 'customers' });
const governed = new GovernedLake(stack, 'Governed', { catalog });

const product = new DataProduct(stack, 'Loyalty', {
  contract: DataContract.fromFile(`${__dirname}/customers.odcs.yaml`),
  lake,
  catalog,
  source: StreamSource.kinesis(new IngestStream(stack, 'CustomerEvents')),
});
product.alarms.notify(new Topic(stack, 'Alarms', { masterKey: lake.encryptionKey, enforceSSL: true }));
const customers = product.table(Zone.SILVER);

// Analysts see everything but what is confidential.
const analysts = team(stack, 'Analysts');
governed.grantSelect(analysts, customers, { excludeClassifications: ['confidential'] });

// Marketing sees who is in the loyalty programme, and those only.
const marketing = team(stack, 'Marketing');
governed.grantSelect(marketing, customers, {
  columns: ['customer_id', 'email', 'loyalty_tier', 'loyalty_points'],
  rowFilter: "loyalty_tier IN ('silver', 'gold')",
});

// Who goes to the files past Lake Formation reads what is public, whatever IAM allows.
new TagGatedReads(stack, 'PublicFiles', { zone: lake.silver });

// A partner's account gets what is public, and queries it by a link.
const PARTNER = '444455556666';
governed.shareTable(LakeConsumer.account(PARTNER), customers, { columns: ['country'] });

const partner = new Stack(app, 'Partner', { env: { account: PARTNER, region: 'eu-central-1' } });
const shared = new SharedDatabase(partner, 'Customers', {
  ownerAccount: '111122223333',
  databaseName: 'customers_silver',
});
shared.grantSelect(team(partner, 'Analysts'), 'customers');
app.synth();

/** A role the people of the account may take on, as far as IAM lets them. */
function team(scope: Stack, id: string): Role {
  const role = new Role(scope, id, { assumedBy: new AccountRootPrincipal() });
  for (const pack of ['HIPAA.Security', 'NIST.800.53.R5', 'PCI.DSS.321']) {
    Validations.of(role).acknowledge({
      id: `${pack}-IAMNoInlinePolicy`,
      reason: 'The policy is written by the grants of this one role and goes with it.',
    });
  }
  return role;
}
