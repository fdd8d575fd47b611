import { App, Stack } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  DataContract,
  DataProduct,
  IngestStream,
  LakeCatalog,
  LakeTable,
  MedallionLake,
  ProductRegistry,
  RegisteredProduct,
  SqlText,
  SqlTransform,
  StreamSource,
  Zone,
} from 'lakehouse-constructs';

export const app = new App();
const stack = new Stack(app, 'Marketing');

const lake = new MedallionLake(stack, 'Lake', { environment: 'prod' });
const catalog = new LakeCatalog(stack, 'Catalog', { lake, name: 'shop' });
const registry = new ProductRegistry(stack, 'Products');

// A product of a stream publishes its silver table.
const orders = new DataProduct(stack, 'Orders', {
  contract: DataContract.fromFile(`${__dirname}/../first-stack/orders.odcs.yaml`),
  lake,
  catalog,
  source: StreamSource.kinesis(new IngestStream(stack, 'OrderEvents')),
  registry,
});
orders.alarms.notify(new Topic(stack, 'Alarms', { masterKey: lake.encryptionKey, enforceSSL: true }));

// Two major versions side by side: consumers move from the first to the second until the first one's end of life.
addLifetimeValue('ClvV1', 'clv-v1.odcs.yaml', 'CAST(SUM(total) AS DECIMAL(18,2)) AS lifetime_value');
addLifetimeValue(
  'ClvV2',
  'clv-v2.odcs.yaml',
  'CAST(SUM(total) AS DECIMAL(18,2)) AS revenue, COUNT(*) AS orders, MIN(placed_at) AS customer_since',
);
app.synth();

/** A gold table, what keeps it, and its entry in the registry. */
function addLifetimeValue(id: string, file: string, columns: string): void {
  const contract = DataContract.fromFile(`${__dirname}/${file}`);
  const input = orders.table(Zone.SILVER);
  const output = new LakeTable(stack, `${id}Table`, { contract, catalog, zone: Zone.GOLD });
  new SqlTransform(stack, `${id}Transform`, {
    sql: SqlText.inline(`SELECT customer_id, ${columns} FROM orders GROUP BY customer_id`),
    inputs: [{ name: 'orders', table: input }],
    output,
    encryptionKey: lake.encryptionKey,
  });
  new RegisteredProduct(stack, id, {
    registry,
    contract,
    ports: [{ zone: Zone.GOLD, table: output }],
    inputs: [input],
    environment: lake.environment,
  });
}
